// `npm run engine -- start|stop`: an engine that stays, for whoever runs single test files or looks around by hand.
// `npm start` and `npm test` need nothing from here.
import { resolve } from 'node:path'
import { endEngine, ensureEngine } from './host/engine.mjs'
import { findStartedDaemon, keepEngine, releaseEngine } from './host/engine-leases.mjs'
import { exitWithError, say, SetupError } from './host/ui.mjs'

const [command] = process.argv.slice(2)
const dataDir = resolve(process.env.DATA_DIR ?? resolve(import.meta.dirname, '../data'))

try {
  if (command === 'start') {
    const { dockerHost } = await ensureEngine({ dataDir })
    if (findStartedDaemon() !== null) keepEngine()
    say(`The container engine answers at ${dockerHost}.`)
  } else if (command === 'stop') {
    releaseEngine()
    await endEngine()
    say(findStartedDaemon() === null ? 'No engine of these scripts is running.' : 'The engine is in use and goes on.')
  } else {
    throw new SetupError('Usage: node scripts/engine.mjs start|stop')
  }
} catch (error) {
  exitWithError(error)
}
