// `npm run restore`: sets up what a restore needs on a machine that may be new, as `npm start` does: dependencies, container
// engine, sandbox image. Then the server's own script does the work.
import './host/node-version.mjs'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ensureDependencies, projectNode } from './host/dependencies.mjs'
import { endEngine, ensureEngine } from './host/engine.mjs'
import { dockerDirectory, readSettings, serverDirectory } from './host/project.mjs'
import { endRunningChildren, killGroup } from './host/run.mjs'
import { ensureSandboxImage } from './host/sandbox-image.mjs'
import { readServerCommand } from './host/server-command.mjs'
import { exitWithError, SetupError } from './host/ui.mjs'

const given = process.argv.slice(2)
/** What is only read, or leaves the engine alone, needs none. */
const needsEngine = given.length > 0 && !given.some((word) => /^(-h|--help|--workspaces=none)$/.test(word))

let restore = null
let stopping = null

const exitCodeOf = (signal) => 128 + constants.signals[signal]

/** The first signal asks for an end in order, the next one makes it. */
function onSignal(signal) {
  const isFirst = stopping === null
  stopping = signal
  if (restore !== null) {
    if (isFirst) restore.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    else killGroup(restore, 'SIGKILL')
  } else if (isFirst) {
    Promise.allSettled([endRunningChildren(), endEngine()]).then(() => process.exit(exitCodeOf(signal)))
  } else process.exit(exitCodeOf(signal))
}

/** Answers the Node that the product runs on. */
async function setUp() {
  const { dataDir, dockerHost: configured, sandboxImage } = readSettings()
  await ensureDependencies()
  if (!needsEngine) return projectNode()
  const dockerHost = await ensureEngine({ dataDir, env: { ...process.env, DOCKER_HOST: configured } })
  await ensureSandboxImage({ dockerHost, dockerDirectory, image: sandboxImage })
  return projectNode()
}

/** In a process group of its own, so that a terminal's ^C reaches it through us alone, exactly once. */
function runRestore(node) {
  const command = readServerCommand(serverDirectory, 'restore')
  restore = spawn(node, [...command.args, ...given], {
    cwd: serverDirectory,
    env: { ...process.env, ...command.env, INIT_CWD: process.env.INIT_CWD ?? process.cwd() },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    restore.on('error', (error) => reject(new SetupError(`The restore could not be started: ${error.message}`)))
    restore.on('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)))
  })
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)
try {
  const node = await setUp()
  // What was interrupted is ended by the signal.
  if (stopping === null) {
    const code = await runRestore(node)
    restore = null
    await endEngine()
    process.exit(code)
  }
} catch (error) {
  // Interrupted: the work that was ended fails, and nobody wants to read that.
  if (stopping === null) {
    await endEngine().catch(() => {})
    exitWithError(error)
  }
}
