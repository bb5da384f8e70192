/** What can be known of other processes by their pid. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether there is a process with this pid, whoever's it is. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Whether a pid belongs to the postmaster of a cluster: its command line names the cluster. A zombie has none. */
export function isPostmaster(pid: number, clusterPath: string): boolean {
  const words = readCommandLine(pid)
  return words.includes('-D') && words.includes(clusterPath)
}

/** Whether a pid belongs to any process of any PostgreSQL. */
export function isPostgres(pid: number): boolean {
  return /(^|\/)postgres($|[\0: ])/.test(readCommandLine(pid))
}

function readCommandLine(pid: number): string {
  if (!Number.isInteger(pid) || pid < 2) return ''
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
