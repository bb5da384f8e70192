// Starting and ending `dockerd` where no service manager does it. It runs in its own process group with its own configuration
// and log; `live-restore` keeps containers running while it is away, so ending it never ends anybody's work.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pingEngine } from './engine-endpoint.mjs'
import { identifyProcess } from './engine-leases.mjs'
import { SetupError } from './ui.mjs'

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 60_000
const LOG_LIMIT_BYTES = 10 * 1024 * 1024
const SHOWN_LOG_LINES = 12

/**
 * The small address pools make room for thousands of networks: the engine's defaults end after about 30.
 * `no-new-privileges` and the rotated `local` log are what every container here gets anyway, as a second line of defence.
 */
const DAEMON_CONFIGURATION = {
  'live-restore': true,
  'default-address-pools': [{ base: '10.200.0.0/14', size: 28 }],
  'userland-proxy': false,
  'no-new-privileges': true,
  'log-driver': 'local',
}

/**
 * Pid files of a daemon that was killed. The daemon takes any process with that pid for itself, so after a reboot or a pid
 * that went round it would refuse to start.
 */
const PID_FILES = [
  { path: '/var/run/docker.pid', program: 'dockerd' },
  { path: '/var/run/docker/containerd/containerd.pid', program: 'containerd' },
]

export function removeStalePidFiles(files = PID_FILES) {
  for (const { path, program } of files) {
    let pid
    try {
      pid = Number.parseInt(readFileSync(path, 'utf8'), 10)
    } catch {
      continue
    }
    if (identifyProcess(pid)?.name !== program) rmSync(path, { force: true })
  }
}

/**
 * Starts the daemon and waits until it answers. `onSpawn` gets its pid at once, before anything can go wrong.
 * @throws {SetupError} with the end of its log.
 */
export async function startDaemon({ program, dataDir, endpoint, onSpawn }) {
  const directory = resolve(dataDir, 'engine')
  // The data directory itself keeps its usual mode: other things live there, some under other users.
  mkdirSync(dataDir, { recursive: true })
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const configurationPath = join(directory, 'daemon.json')
  writeFileSync(configurationPath, `${JSON.stringify(DAEMON_CONFIGURATION, null, 2)}\n`)
  removeStalePidFiles()
  const logPath = join(directory, 'dockerd.log')
  if ((statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > LOG_LIMIT_BYTES) renameSync(logPath, `${logPath}.1`)
  const log = openSync(logPath, 'a')
  const child = spawn(program, ['--config-file', configurationPath], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  if (child.pid !== undefined) onSpawn(child.pid)
  let end = null
  child.on('error', (error) => (end = error.message))
  child.on('exit', (code, signal) => (end = signal ?? `exit code ${code}`))
  const deadline = Date.now() + START_TIMEOUT_MS
  while ((await pingEngine(endpoint)) !== 'ok') {
    if (end !== null || Date.now() > deadline) {
      if (end === null) child.kill('SIGTERM')
      const reason = end === null ? `did not answer within ${START_TIMEOUT_MS / 1000} s` : `ended (${end})`
      throw new SetupError(
        `The container engine (${program}) ${reason}. The end of its log, ${logPath}:\n${readLogTail(logPath)}`,
      )
    }
    await sleep(100)
  }
  child.unref()
}

function readLogTail(path) {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines
    .slice(-SHOWN_LOG_LINES)
    .map((line) => `    ${line}`)
    .join('\n')
}

/**
 * Ends a daemon that these scripts started; its containers go on.
 * @param {{ pid: number, startedAt: string }} identity
 */
export async function stopDaemon(identity) {
  const isRunning = () => identifyProcess(identity.pid)?.startedAt === identity.startedAt
  if (!isRunning()) return
  process.kill(identity.pid, 'SIGTERM')
  const deadline = Date.now() + STOP_TIMEOUT_MS
  while (isRunning()) {
    if (Date.now() > deadline)
      throw new SetupError(
        `The container engine (pid ${identity.pid}) has not ended within ${STOP_TIMEOUT_MS / 1000} s.`,
      )
    await sleep(50)
  }
}
