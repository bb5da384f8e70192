/**
 * Restores a backup that was checked: workspaces first, then files and secrets, then the database in one transaction, which
 * is the moment from which the installation is there. What fails before that moment leaves nothing behind; what is
 * killed is cleaned up by the next restore of the same backup.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { WorkspaceArchives } from '../services/workspace-archives.ts'
import { filePathOf, tableMember, workspaceMember, type BackupEnvironment } from './backup-manifest.ts'
import { countOf, watched, type Tell } from './backup-progress.ts'
import type { Database, Transaction } from './database.ts'
import { writeDataFile } from './data-files.ts'
import { loadDatabase } from './load-database.ts'
import { migrateToExactly, migrateToLatest } from './migrator.ts'
import type { Backup } from './read-backup.ts'
import {
  readRestoreJournal,
  removeRestoreJournal,
  writeRestoreJournal,
  type RestoreJournal,
} from './restore-journal.ts'
import { emptyDatabase } from './restore-target.ts'
import { settleRestoredDeployments } from './restored-deployments.ts'
import { readOrCreateSecret, readSecret, removeSecret } from './secrets.ts'
import { settleRestoredEnvironments } from './settle-restored.ts'

export interface RestoreOptions {
  backup: Backup
  dataDir: string
  /** What the configuration names is not written into the data directory. */
  given: { encryptionKey: boolean; jwtSecret: boolean; instanceId: boolean }
  /** Ids of the environments whose workspaces are wanted, of those that the backup has. */
  chosen: ReadonlySet<string>
  workspaces: WorkspaceArchives
  /** Makes or renews the tables of the queue. */
  prepareQueue: () => Promise<void>
  tell: Tell
  signal: AbortSignal
}

/** Answers the names of the environments whose workspace is not on the engine. */
export async function restoreBackup(options: RestoreOptions, db: Database): Promise<string[]> {
  return withRestoreLock(db, async () => {
    const { dataDir, backup } = options
    const { manifest } = backup
    const unfinished = readRestoreJournal(dataDir)
    const isLoaded = unfinished !== null && (await readMark(db)) === manifest.id
    if (!isLoaded) await bring(unfinished, options, db)
    await migrateToLatest(db)
    await options.prepareQueue()
    const lost = await settle(options, db)
    removeRestoreJournal(dataDir)
    return lost
  })
}

/** Up to the moment from which the database is there. */
async function bring(unfinished: RestoreJournal | null, options: RestoreOptions, db: Database): Promise<void> {
  const { backup, dataDir, chosen, workspaces, signal } = options
  await emptyDatabase(db)
  if (unfinished !== null) await clean(unfinished, options)
  const wanted = backup.manifest.environments.filter(({ id }) => chosen.has(id))
  await refuseVolumes(wanted, workspaces)
  const journal: RestoreJournal = { backupId: backup.manifest.id, volumesOf: [], secrets: [] }
  writeRestoreJournal(dataDir, journal)
  try {
    for (const environment of wanted) {
      signal.throwIfAborted()
      journal.volumesOf.push(environment.id)
      writeRestoreJournal(dataDir, journal)
      await fillWorkspace(environment, options)
    }
    await writeFiles(options)
    writeSecrets(journal, options)
    await load(options, db)
  } catch (error) {
    await takeBack(journal, options, db)
    throw error
  }
}

/** A commit whose answer was lost may have happened: then nothing is taken back, and another run goes on from there. */
async function takeBack(journal: RestoreJournal, options: RestoreOptions, db: Database): Promise<void> {
  try {
    if ((await readMark(db)) === journal.backupId) return
    await clean(journal, options)
  } catch {
    options.tell('What was restored so far could not be removed. Run the restore again: it begins with that.')
  }
}

/** Takes back what a restore has made before its database was there. */
async function clean(journal: RestoreJournal, { backup, dataDir, workspaces }: RestoreOptions): Promise<void> {
  for (const id of journal.volumesOf) await workspaces.remove(id)
  for (const { path } of keptFilesOf(backup)) rmSync(join(dataDir, path), { force: true })
  for (const name of journal.secrets) removeSecret(join(dataDir, name))
  removeRestoreJournal(dataDir)
}

async function refuseVolumes(wanted: readonly BackupEnvironment[], workspaces: WorkspaceArchives): Promise<void> {
  if (wanted.length === 0) return
  await workspaces.check()
  const existing = await workspaces.findVolumes(wanted.map(({ id }) => id))
  const names = wanted.filter(({ id }) => existing.has(id)).map(({ name }) => name)
  if (names.length === 0) return
  throw new Error(
    `The container engine has the workspaces of ${names.join(', ')} already: this installation ran here, or still runs. ` +
      'With --workspaces=none those that are there are kept and used; to have those of the backup, remove their volumes ' +
      'first. Never let two copies of one installation run on the same engine.',
  )
}

async function fillWorkspace({ id, name }: BackupEnvironment, options: RestoreOptions): Promise<void> {
  const { backup, workspaces, tell, signal } = options
  const content = watched(backup.read(workspaceMember(id)), { what: `workspace ${name}`, tell, signal })
  await workspaces.fill({ id, generation: 1 }, content, signal)
  tell(`Workspace ${name}: restored`)
}

function keptFilesOf({ manifest }: Backup): { member: string; path: string }[] {
  return manifest.members.flatMap(({ name }) => {
    const path = filePathOf(name)
    return path === null ? [] : [{ member: name, path }]
  })
}

async function writeFiles({ backup, dataDir, tell, signal }: RestoreOptions): Promise<void> {
  const files = keptFilesOf(backup)
  for (const { member, path } of files) {
    await writeDataFile(dataDir, path, watched(backup.read(member), { what: path, tell, signal }))
  }
  if (files.length > 0) tell(`Data directory: ${countOf(files.length, 'file')}`)
}

/** What is there already stays: it was compared before. */
function writeSecrets(journal: RestoreJournal, { backup, dataDir, given }: RestoreOptions): void {
  const { keys, manifest } = backup
  const secrets = [
    ['encryption-key', given.encryptionKey ? undefined : keys?.encryptionKey.toString('base64')],
    ['jwt-secret', given.jwtSecret ? undefined : keys?.jwtSecret],
    ['instance-id', given.instanceId ? undefined : manifest.instanceId],
  ] as const
  for (const [name, value] of secrets) {
    if (value === undefined || readSecret(join(dataDir, name)) !== null) continue
    journal.secrets.push(name)
    writeRestoreJournal(dataDir, journal)
    readOrCreateSecret(dataDir, name, () => value)
  }
}

async function load({ backup, tell, signal }: RestoreOptions, db: Database): Promise<void> {
  const { manifest } = backup
  await migrateToExactly(manifest.migrations, db)
  const readTable = (name: string) => watched(backup.read(tableMember(name)), { what: `table ${name}`, tell, signal })
  await loadDatabase({ ...manifest, readTable }, (trx) => writeMark(manifest.id, trx), db)
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  tell(`Database: ${countOf(manifest.tables.length, 'table')}, ${countOf(rows, 'row')}`)
}

async function settle({ backup, chosen, workspaces, tell }: RestoreOptions, db: Database): Promise<string[]> {
  const environments = backup.manifest.environments.filter(({ workspace }) => workspace !== 'none')
  const ids = environments.map(({ id }) => id)
  let volumes: Set<string>
  try {
    volumes = await workspaces.findVolumes(ids)
  } catch (error) {
    if (chosen.size > 0) throw error
    tell('Which workspaces are on the container engine could not be asked; a start will say.')
    volumes = new Set(ids)
  }
  await db.transaction().execute(async (trx) => {
    await settleRestoredEnvironments(volumes, trx)
    await settleRestoredDeployments(trx)
    await writeMark(null, trx)
  })
  return environments.filter(({ id }) => !volumes.has(id)).map(({ name }) => name)
}

/**
 * The database says of itself, from the moment it is loaded, which backup it is of: whether a restore that was killed had
 * come that far, no file could tell for sure.
 */
async function writeMark(backupId: string | null, trx: Transaction): Promise<void> {
  await sql`comment on table users is ${backupId === null ? sql`null` : sql.lit(backupId)}`.execute(trx)
}

async function readMark(db: Database): Promise<string | null> {
  const { rows } = await sql<{ mark: string | null }>`
    select obj_description(to_regclass('users'), 'pg_class') as mark`.execute(db)
  return rows[0]?.mark ?? null
}

const restoreLock = 7_238_116

async function withRestoreLock<T>(db: Database, work: () => Promise<T>): Promise<T> {
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_lock(${sql.lit(restoreLock)}) as taken`.execute(connection)
    if (rows[0]?.taken !== true) throw new Error('Another restore works on this database.')
    try {
      return await work()
    } finally {
      await sql`select pg_advisory_unlock(${sql.lit(restoreLock)})`.execute(connection)
    }
  })
}
