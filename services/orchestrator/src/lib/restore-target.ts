/** Whether a backup can go where it is meant to: a restore never replaces or mixes with what is there. */
import { join } from 'node:path'
import { sql } from 'kysely'
import { filePathOf } from './backup-manifest.ts'
import type { Database } from './database.ts'
import { hasDataFile } from './data-files.ts'
import { listTables } from './database-tables.ts'
import { listAppliedMigrations, rollBack } from './migrator.ts'
import type { Backup } from './read-backup.ts'
import type { RestoreJournal } from './restore-journal.ts'
import { readSecret } from './secrets.ts'

/** @throws Error in words when the data directory holds an installation, or the rest of another restore. */
export function checkDataDirectory(dataDir: string, { manifest }: Backup, journal: RestoreJournal | null): void {
  if (journal !== null) {
    if (journal.backupId === manifest.id) return
    throw new Error(
      `The restore of another backup into "${dataDir}" was cut short. Run that one again, or take an empty directory.`,
    )
  }
  const instanceId = readSecret(join(dataDir, 'instance-id'))
  const files = manifest.members.flatMap(({ name }) => filePathOf(name) ?? [])
  const existing = files.find((path) => hasDataFile(dataDir, path))
  if (instanceId === null && existing === undefined) return
  const what = existing === undefined ? `an installation (${instanceId})` : `the file ${existing}`
  throw new Error(`The data directory "${dataDir}" holds ${what} already. Restore into an empty one: set DATA_DIR.`)
}

/** Seconds; servers write that they live far more often. */
const aliveSeconds = 60

/**
 * Leaves a database that nobody has used without any table.
 * @throws Error in words when somebody has, or a server works on it.
 */
export async function emptyDatabase(db: Database): Promise<void> {
  const tables = await listTables(db)
  if ((await listAppliedMigrations(db)).length > 0) {
    if (tables.includes('users') && (await hasRows('users', db))) {
      throw new Error('The database is in use: it has users. Restore into an empty one: set DATA_DIR or DATABASE_URL.')
    }
    const { rows } = await sql<{ alive: boolean }>`
      select exists (
        select from worker_pools where seen_at > now() - make_interval(secs => ${aliveSeconds})
      ) as alive`.execute(db)
    if (rows[0]?.alive === true) throw new Error('A server works on this database. End it, and wait for a minute.')
    await rollBack(db, { all: true })
  }
  const [foreign] = await listTables(db)
  if (foreign === undefined) return
  throw new Error(`The database holds a table "${foreign}" that is not of this product. Restore into an empty one.`)
}

async function hasRows(table: string, db: Database): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`select exists (select from ${sql.table(table)}) as used`.execute(db)
  return rows[0]?.used === true
}
