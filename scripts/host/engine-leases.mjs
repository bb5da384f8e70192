// Who uses the engine that these scripts started. Several starts and test runs may share one machine: the first starts the
// engine, the last one out ends it. A process that was killed leaves a lease behind, which the next look ignores.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const DIRECTORY = '/run/craftastic-engine'

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

/**
 * Gives this process's lease back; call it inside the lock.
 * @returns {boolean} whether it was the last: false when somebody else holds one, or this process held none.
 */
export function giveLeaseBack({ directory = DIRECTORY, pid = process.pid } = {}) {
  const lease = join(directory, 'users', String(pid))
  if (!existsSync(lease)) return false
  rmSync(lease)
  return countLeases(directory) === 0
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

/** Keeps the engine running although nobody uses it, until `releaseEngine`. */
export function keepEngine(directory = DIRECTORY) {
  mkdirSync(join(directory, 'users'), { recursive: true })
  writeFileSync(join(directory, 'users', 'kept'), '{}')
}

export function releaseEngine(directory = DIRECTORY) {
  rmSync(join(directory, 'users', 'kept'), { force: true })
}
