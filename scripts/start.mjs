// `npm start`: everything between a fresh checkout and the running product, in this order: dependencies, web app, container
// engine, sandbox image, server. Each step looks first and does only what is missing, so that a second start takes seconds.
// Afterwards this process is the server's guardian: it passes signals on, waits, and ends what it started.
import './host/node-version.mjs'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { parseArgs } from 'node:util'
import { ensureDependencies, projectNode } from './host/dependencies.mjs'
import { endEngine, ensureEngine } from './host/engine.mjs'
import { dockerDirectory, readSettings, serverDirectory } from './host/project.mjs'
import { endRunningChildren, killGroup } from './host/run.mjs'
import { ensureSandboxImage } from './host/sandbox-image.mjs'
import { readServerCommand } from './host/server-command.mjs'
import { dim, exitWithError, formatDuration, say, SetupError } from './host/ui.mjs'
import { ensureWebBuild } from './host/web-build.mjs'

const HELP = `Usage: npm start            sets up what is missing, then runs Craftastic Orchestrator
       npm run dev          the same with hot reload, without building the web app

Settings come from the environment or from a file .env in the project's directory; .env.example lists them all.
^C ends the server and what was started for it, and leaves the containers running. A second ^C ends the server at once.`

let server = null
let stopping = null

/** The first signal asks the server (or the set-up) to end, the next one makes it. */
function onSignal(signal) {
  if (stopping !== null) {
    if (server !== null) killGroup(server, 'SIGKILL')
    else process.exit(exitCodeOf(signal))
    return
  }
  stopping = signal
  if (server !== null) {
    server.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
  } else {
    Promise.allSettled([endRunningChildren(), endEngine()]).then(() => process.exit(exitCodeOf(signal)))
  }
}

const exitCodeOf = (signal) => 128 + constants.signals[signal]

function parseCommandLine() {
  try {
    const options = { dev: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } }
    return parseArgs({ options }).values
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${HELP}`)
  }
}

async function setUp({ dev }) {
  const { dataDir, dockerHost: configured, sandboxImage } = readSettings()
  await ensureDependencies()
  if (!dev) await ensureWebBuild()
  const dockerHost = await ensureEngine({ dataDir, env: { ...process.env, DOCKER_HOST: configured } })
  await ensureSandboxImage({ dockerHost, dockerDirectory, image: sandboxImage })
  return projectNode()
}

/** Runs the server in its own process group, so that a terminal's ^C reaches it through us alone, exactly once. */
function runServer(node, command) {
  server = spawn(node, command.args, {
    cwd: serverDirectory,
    env: { ...process.env, ...command.env },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    server.on('error', (error) => reject(new SetupError(`The server could not be started: ${error.message}`)))
    server.on('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)))
  })
}

async function main() {
  const options = parseCommandLine()
  if (options.help) return say(HELP)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)
  const startedAt = performance.now()
  const node = await setUp(options)
  if (stopping !== null) return
  say(dim(`Set up in ${formatDuration(performance.now() - startedAt)}, starting the server.`))
  const code = await runServer(node, readServerCommand(serverDirectory, options.dev ? 'dev' : 'start'))
  server = null
  await endEngine()
  process.exit(code)
}

main().catch(async (error) => {
  // Interrupted: the work that was ended fails, and nobody wants to read that.
  if (stopping !== null && server === null) return
  await endEngine().catch(() => {})
  exitWithError(error)
})
