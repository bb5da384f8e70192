// The programs of a Debian PostgreSQL, for the tests that reach one through DATABASE_URL. Only the programs: no database
// cluster is made at installation and none is started, the tests make their own.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeHost, ensureDebianPackages } from './debian-packages.mjs'
import { SetupError } from './ui.mjs'

const PROGRAMS_ROOT = '/usr/lib/postgresql'
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.d'

/** The bin directory of the newest complete installation, or null. */
export function findDebianPostgres(root = PROGRAMS_ROOT) {
  const versions = existsSync(root) ? readdirSync(root) : []
  const directories = versions
    .filter((version) => /^\d+$/.test(version))
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(root, version, 'bin'))
  return (
    directories.find((bin) => ['initdb', 'postgres', 'pg_ctl'].every((program) => existsSync(join(bin, program)))) ??
    null
  )
}

/** @returns {Promise<string>} the directory of `initdb`, `postgres` and `pg_ctl`. */
export async function ensureDebianPostgres() {
  const found = findDebianPostgres()
  if (found !== null) return found
  const host = describeHost()
  const setting = join(CLUSTER_SETTINGS, 'craftastic.conf')
  const mayWrite = host.hasApt && host.isRoot
  if (mayWrite) {
    mkdirSync(CLUSTER_SETTINGS, { recursive: true })
    writeFileSync(setting, 'create_main_cluster = false\n')
  }
  try {
    await ensureDebianPackages(['postgresql'], { why: 'The test against a PostgreSQL server', host })
  } finally {
    if (mayWrite) rmSync(setting, { force: true })
  }
  const installed = findDebianPostgres()
  if (installed === null)
    throw new SetupError(`PostgreSQL was installed, but its programs are not under ${PROGRAMS_ROOT}.`)
  return installed
}
