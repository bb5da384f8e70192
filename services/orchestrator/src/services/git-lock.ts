/**
 * The lock of git's index. A git that was killed leaves it behind, and every later one refuses to work. It is removed when
 * it is older than any command needs to take its place and no git has been running for as long as it takes to be sure.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { readCommandLines, readProcessTable } from './process-table.ts'
import type { SshConnection } from './ssh.ts'

const minAgeSeconds = 5
/** What is alive this long in a row may be the holder; what is short-lived, such as a look at the status, is not. */
const holderWaitMs = 1_000

/** Prints age in seconds and identity of a file. */
const describeScript = 'echo "$(($(date +%s) - $(stat -c %Y -- "$1"))) $(stat -c %i-%Y -- "$1")"'
/** Removes the file if it is still the same one. */
const removeScript = '[ "$(stat -c %i-%Y -- "$1")" = "$2" ] && rm -f -- "$1"'

/** Answers whether one was removed. `findLock` prints its path. */
export async function removeStaleLock(ssh: SshConnection, findLock: readonly string[]): Promise<boolean> {
  const found = await ssh.run(findLock)
  const path = found.stdout.toString('utf8').replace(/\n$/, '')
  if (found.exitCode !== 0 || path === '') return false
  const described = await ssh.run(['sh', '-c', describeScript, 'sh', path])
  const [, age, identity] = /^(\d+) (\S+)\n$/.exec(described.stdout.toString('utf8')) ?? []
  if (age === undefined || identity === undefined || Number(age) < minAgeSeconds) return false
  const before = await findGitProcesses(ssh)
  await sleep(holderWaitMs)
  const after = before.size === 0 ? before : await findGitProcesses(ssh)
  if ([...after].some((pid) => before.has(pid))) return false
  return (await ssh.run(['sh', '-c', removeScript, 'sh', path, identity])).exitCode === 0
}

/** Without its helpers that live on and lock nothing. */
async function findGitProcesses(ssh: SshConnection): Promise<Set<number>> {
  const processes = (await readProcessTable(ssh)).filter(({ name, state }) => /^git/.test(name) && state !== 'ended')
  const pids = processes.map(({ pid }) => pid)
  const commandLines = await readCommandLines(ssh, pids)
  const isHelper = (pid: number) =>
    /fsmonitor--daemon|credential-cache--daemon/.test(commandLines.get(pid)?.join(' ') ?? '')
  return new Set(pids.filter((pid) => !isHelper(pid)))
}
