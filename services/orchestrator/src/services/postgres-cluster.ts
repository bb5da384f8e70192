/**
 * The files of the embedded database: where its cluster lies, how it is made, and what its postmaster says about
 * itself. Nothing here starts or stops a server.
 *
 *     <data directory>/postgres/password       of the one database user, mode 0600
 *     <data directory>/postgres/postgres.log
 *     <data directory>/postgres/cluster        PGDATA; a link when its account cannot reach the data directory
 */
import { execFile } from 'node:child_process'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { readOrCreateSecret } from '../lib/secrets.ts'
import { canReach, chooseAccount, type Account } from './postgres-account.ts'
import { isAlive, isPostgres, isPostmaster } from './postgres-process.ts'
import { findPrograms, systemDirectory, type PostgresPrograms } from './postgres-programs.ts'

export interface Cluster {
  /** PGDATA, without links: how the postmaster names it. */
  path: string
  logPath: string
  password: string
  /** null = the server's own. */
  account: Account | null
  programs: PostgresPrograms
}

export const databaseUser = 'craftastic'

const initdbTimeoutMs = 120_000
const draftPrefix = 'cluster.draft-'

/**
 * Opens the cluster of a data directory; makes it when there is none. A cluster appears whole or not at all.
 * @throws Error in words.
 */
export async function openCluster(dataDir: string): Promise<Cluster> {
  const directory = join(dataDir, 'postgres')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const password = readOrCreateSecret(directory, 'password', () => randomBytes(24).toString('base64url'))
  const path = join(directory, 'cluster')
  const account = chooseAccount(path)
  const programs = findPrograms(account)
  const parent = chooseParent(dataDir, directory, account, password)
  if (!existsSync(join(path, 'PG_VERSION'))) {
    await makeCluster(join(parent, 'cluster'), { account, programs, password })
    if (parent !== directory) link(join(parent, 'cluster'), path)
  }
  refuseOtherVersion(path, programs)
  return { path: realpathSync(path), logPath: join(directory, 'postgres.log'), password, account, programs }
}

/** The directory that holds the cluster; every directory on the way to it can be entered by the account. */
function chooseParent(dataDir: string, directory: string, account: Account | null, password: string): string {
  if (account === null) return directory
  if (canReach(account, dirname(realpathSync(dataDir)))) {
    // Only the account's group may pass through, and nobody may list.
    for (const path of [dataDir, directory]) {
      chownSync(path, -1, account.gid)
      chmodSync(path, 0o710)
    }
    return directory
  }
  // Named by the data directory's own random password, so that a new data directory never meets an old cluster.
  const parent = join(systemDirectory, createHash('sha256').update(password).digest('hex').slice(0, 16))
  mkdirSync(parent, { recursive: true, mode: 0o755 })
  return parent
}

async function makeCluster(
  target: string,
  { account, programs, password }: Omit<Cluster, 'path' | 'logPath'>,
): Promise<void> {
  const parent = dirname(target)
  removeAbandonedDrafts(parent)
  if (existsSync(target)) return
  const draft = join(parent, `${draftPrefix}${process.pid}-${randomUUID()}`)
  mkdirSync(draft, { mode: 0o700 })
  const cluster = join(draft, 'cluster')
  const passwordFile = join(draft, 'password')
  mkdirSync(cluster, { mode: 0o700 })
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account !== null) for (const path of [draft, cluster, passwordFile]) chownSync(path, account.uid, account.gid)
  try {
    await runInitdb(programs.initdb, cluster, passwordFile, account)
    renameSync(cluster, target)
  } catch (error) {
    // Another server that started at the same moment may have been faster.
    if (!existsSync(join(target, 'PG_VERSION'))) throw error
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** A draft carries the pid of its maker: one that is still being made is somebody else's business. */
function removeAbandonedDrafts(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(draftPrefix) || isAlive(Number.parseInt(name.slice(draftPrefix.length), 10))) continue
    rmSync(join(parent, name), { recursive: true, force: true })
  }
}

async function runInitdb(
  initdb: string,
  cluster: string,
  passwordFile: string,
  account: Account | null,
): Promise<void> {
  // The built-in C.UTF-8 sorts the same on every system, whatever its C library knows.
  const args = [
    `--pgdata=${cluster}`,
    `--username=${databaseUser}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]
  try {
    await promisify(execFile)(initdb, args, { cwd: '/', env: programEnvironment, timeout: initdbTimeoutMs, ...account })
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
    throw new Error(`The embedded PostgreSQL could not be made (initdb): ${output || String(error)}`, { cause: error })
  }
}

/** What PostgreSQL's programs see of the environment: nothing that could change their behaviour or leak. */
export const programEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path)
  } catch (error) {
    if (!existsSync(join(path, 'PG_VERSION'))) throw error
  }
}

function refuseOtherVersion(path: string, programs: PostgresPrograms): void {
  const made = Number(readFileSync(join(path, 'PG_VERSION'), 'utf8'))
  if (made === programs.majorVersion) return
  throw new Error(
    `The database in "${path}" was made by PostgreSQL ${made}; this version of the server brings ${programs.majorVersion}, ` +
      'which cannot read it. Start the version that made it, dump the database there and restore it here.',
  )
}

export interface Postmaster {
  pid: number
  port: number
  status: 'starting' | 'ready' | 'stopping'
}

/**
 * The running postmaster of a cluster as its pid file tells, or null when there is none. A pid file that was left
 * behind by a crash counts as none, even when another program has that pid by now.
 */
export function readPostmaster(cluster: Cluster): Postmaster | null {
  const lines = readPidFile(cluster)
  const pid = Number(lines[0])
  if (!isPostmaster(pid, cluster.path)) return null
  const status = lines[7]?.trim()
  return {
    pid,
    port: Number(lines[3]),
    status: status === 'ready' || status === 'stopping' ? status : 'starting',
  }
}

/**
 * Removes the pid file of a crashed postmaster whose pid belongs to another program by now. PostgreSQL removes any other
 * left-over by itself, so this is only for after it refused to start. Any postgres at all is left alone: it may be
 * that of a cluster that was moved while it ran.
 */
export function removeStalePidFile(cluster: Cluster): void {
  const pid = Number(readPidFile(cluster)[0])
  if (pid > 0 && !isPostgres(pid)) rmSync(pidFileOf(cluster), { force: true })
}

function readPidFile(cluster: Cluster): string[] {
  try {
    return readFileSync(pidFileOf(cluster), 'utf8').split('\n')
  } catch {
    return []
  }
}

function pidFileOf(cluster: Cluster): string {
  return join(cluster.path, 'postmaster.pid')
}
