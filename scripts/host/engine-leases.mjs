// Who uses the engine that these scripts started. Several starts and test runs may share one machine: the first starts the
// engine, the last one out ends it. A process that was killed leaves a lease behind, which the next look ignores.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SetupError } from './ui.mjs'

const DIRECTORY = '/run/craftastic-engine'
const LOCK_ADDRESS = '\0craftastic-engine'
/** Longer than the deadline of a start, so that whoever waits sees its outcome. */
const LOCK_TIMEOUT_MS = 120_000

/**
 * Runs `work` while no other process of this machine is in here. The lock is an abstract socket: the kernel releases it
 * when its holder dies, however it dies.
 */
export async function withEngineLock(work, { address = LOCK_ADDRESS, timeoutMs = LOCK_TIMEOUT_MS } = {}) {
  const deadline = Date.now() + timeoutMs
  let lock = await tryListen(address)
  while (lock === null) {
    if (Date.now() > deadline) throw new SetupError('Another process has been starting or ending the container engine for two minutes. End it and try again.')
    await sleep(200)
    lock = await tryListen(address)
  }
  try {
    return await work()
  } finally {
    await new Promise((resolve) => lock.close(resolve))
  }
}

function tryListen(address) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen(address, () => resolve(server))
  })
}

/** A process and its start time, which together are never used twice: a pid alone is. Null when it is gone. */
export function identifyProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? null : { pid, name, startedAt: fields[18] }
  } catch {
    return null
  }
}

function isAlive(identity) {
  const current = identifyProcess(identity.pid)
  return current !== null && current.startedAt === identity.startedAt
}

function readIdentity(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** The daemon that one of these scripts started and that still runs, or null. */
export function findStartedDaemon(directory = DIRECTORY) {
  const identity = readIdentity(join(directory, 'daemon.json'))
  return identity !== null && isAlive(identity) ? identity : null
}

export function recordStartedDaemon(pid, directory = DIRECTORY) {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'daemon.json'), JSON.stringify(identifyProcess(pid)))
}

/** Says that this process needs the engine. Only while an engine of ours runs; call it inside the lock. */
export function takeLease({ directory = DIRECTORY, pid = process.pid } = {}) {
  mkdirSync(join(directory, 'users'), { recursive: true })
  writeFileSync(join(directory, 'users', String(pid)), JSON.stringify(identifyProcess(pid)))
}

/** Gives this process's lease back and says whether somebody else still holds one; call it inside the lock. */
export function giveLeaseBack({ directory = DIRECTORY, pid = process.pid } = {}) {
  rmSync(join(directory, 'users', String(pid)), { force: true })
  return countLeases(directory) > 0
}

/** Live leases; those of processes that are gone are removed. */
export function countLeases(directory = DIRECTORY) {
  let names
  try {
    names = readdirSync(join(directory, 'users'))
  } catch {
    return 0
  }
  const live = names.filter((name) => {
    const path = join(directory, 'users', name)
    const identity = readIdentity(path)
    // `kept` is no process: somebody asked for the engine to stay.
    if (name === 'kept' || (identity !== null && isAlive(identity))) return true
    rmSync(path, { force: true })
    return false
  })
  return live.length
}

/** Keeps the engine running although nobody uses it, until `release`. */
export function keepEngine(directory = DIRECTORY) {
  mkdirSync(join(directory, 'users'), { recursive: true })
  writeFileSync(join(directory, 'users', 'kept'), '{}')
}

export function releaseEngine(directory = DIRECTORY) {
  rmSync(join(directory, 'users', 'kept'), { force: true })
}
