/**
 * PostgreSQL refuses to run as root. When the server is root, the embedded database runs under an unprivileged system
 * account; otherwise as the user who started the server (null).
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'

export interface Account {
  uid: number
  gid: number
}

/** The account of Debian's PostgreSQL packages. */
const usualName = 'postgres'
/** Made where there is none. */
const ownName = 'craftastic-postgres'

/**
 * The account that owns the cluster, if there is one, so that an account that appears later changes nothing.
 * @throws Error in words when root finds no account and cannot make one.
 */
export function chooseAccount(clusterPath: string): Account | null {
  if (process.getuid?.() !== 0) return null
  const cluster = statSync(clusterPath, { throwIfNoEntry: false })
  if (cluster !== undefined && cluster.uid !== 0) return { uid: cluster.uid, gid: cluster.gid }
  const existing = findAccount(usualName) ?? findAccount(ownName)
  if (existing !== null) return existing
  const made = spawnSync('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    ownName,
  ])
  const account = findAccount(ownName)
  if (account !== null) return account
  const reason = made.error?.message ?? made.stderr.toString().trim()
  throw new Error(
    `PostgreSQL must not run as root, and the system account "${ownName}" could not be made (${reason}). ` +
      'Start the server as another user, or set DATABASE_URL.',
  )
}

function findAccount(name: string): Account | null {
  const uid = readId('-u', name)
  const gid = readId('-g', name)
  return uid === null || gid === null || uid === 0 ? null : { uid, gid }
}

function readId(flag: '-u' | '-g', name: string): number | null {
  const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' })
  return status === 0 && /^\d+$/.test(stdout.trim()) ? Number(stdout) : null
}

/** Whether the account can enter the directory, or run the program, at `path`: asked of the system, not computed. */
export function canReach(account: Account, path: string): boolean {
  return spawnSync('test', ['-x', path], { cwd: '/', uid: account.uid, gid: account.gid }).status === 0
}
