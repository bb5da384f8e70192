// `node scripts/engine.mjs start|stop`: an engine that stays, for whoever runs single test files or looks around by hand.
// `npm start` and `npm test` need nothing from here.
import './host/node-version.mjs'
import { endEngine, ensureEngine } from './host/engine.mjs'
import { findStartedDaemon, keepEngine, releaseEngine } from './host/engine-leases.mjs'
import { readSettings } from './host/project.mjs'
import { exitWithError, say, SetupError } from './host/ui.mjs'

const [command] = process.argv.slice(2)
const { dataDir, dockerHost: configured } = readSettings()

try {
  if (command === 'start') {
    const dockerHost = await ensureEngine({ dataDir, env: { ...process.env, DOCKER_HOST: configured } })
    if (findStartedDaemon() !== null) keepEngine()
    say(`The container engine answers at ${dockerHost}.`)
  } else if (command === 'stop') {
    releaseEngine()
    // Taking part for a moment makes this process the last one out, if nobody else is in.
    if (findStartedDaemon() !== null) await ensureEngine({ dataDir, env: {} })
    await endEngine()
    say(findStartedDaemon() === null ? 'No engine of these scripts is running.' : 'The engine is in use and goes on.')
  } else {
    throw new SetupError('Usage: node scripts/engine.mjs start|stop')
  }
} catch (error) {
  exitWithError(error)
}
