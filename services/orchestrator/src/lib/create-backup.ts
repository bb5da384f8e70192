/**
 * Writes a backup: the database as it is at one moment, then the files of the data directory, then one workspace after the
 * other as it is when its turn comes. Servers and environments go on working meanwhile.
 */
import { randomUUID } from 'node:crypto'
import type { BackupWriter } from '../services/backup-file.ts'
import type { WorkspaceArchives } from '../services/workspace-archives.ts'
import { sealKeys } from './backup-keys.ts'
import {
  backupFormat,
  BackupManifest,
  fileMember,
  keysName,
  manifestName,
  sealManifest,
  sealName,
  tableMember,
  workspaceMember,
  type BackupEnvironment,
} from './backup-manifest.ts'
import { countOf, formatBytes, watched, type Tell } from './backup-progress.ts'
import type { Database, Transaction } from './database.ts'
import { listTables, readSequences } from './database-tables.ts'
import { dumpTable, withSnapshot } from './dump-database.ts'
import { listDataFiles, openDataFile } from './data-files.ts'
import { listAppliedMigrations } from './migrator.ts'
import { SecretBox } from './secret-box.ts'
import type { Secrets } from './secrets.ts'
import { chooseWorkspaces, type WorkspaceChoice } from './workspace-choice.ts'
import { compressed } from './zstd-streams.ts'

export interface BackupOptions {
  writer: BackupWriter
  dataDir: string
  secrets: Secrets
  /** Seals the keys in the backup; null leaves them out. */
  passphrase: string | null
  choice: WorkspaceChoice
  workspaces: WorkspaceArchives
  productVersion: string
  tell: Tell
  signal: AbortSignal
}

/** Answers what was written. On failure the caller discards the file. */
export async function createBackup(options: BackupOptions, db: Database): Promise<BackupManifest> {
  const { writer, dataDir, secrets, passphrase, choice, workspaces, tell, signal } = options
  const members: BackupManifest['members'] = []
  const add = async (name: string, content: AsyncIterable<Buffer>, what: string) => {
    const plain = watched(content, { what, tell, signal })
    members.push(await writer.add(name, name.endsWith('.zst') ? compressed(plain) : plain))
  }
  if (choice !== 'none') await workspaces.check()

  const id = randomUUID()
  const createdAt = new Date().toISOString()
  const dump = await withSnapshot(db, async (trx) => {
    const rows = await listEnvironments(trx)
    const chosen = chooseWorkspaces(choice, rows)
    return { rows, chosen, ...(await dumpDatabase(add, trx)) }
  })
  const { rows, chosen, ...database } = dump
  const rowCount = database.tables.reduce((sum, table) => sum + table.rows, 0)
  tell(`Database: ${countOf(database.tables.length, 'table')}, ${countOf(rowCount, 'row')}`)

  const files = listDataFiles(dataDir)
  for (const file of files) {
    const content = await openDataFile(dataDir, file)
    // Kept work may have been removed meanwhile, by its owner or by its age.
    if (content !== null) await add(fileMember(file.path), content, file.path)
  }
  if (files.length > 0) tell(`Data directory: ${countOf(files.length, 'file')}`)
  if (passphrase !== null) await add(keysName, once(await sealKeys(secrets, passphrase, id)), 'keys')

  const environments: BackupEnvironment[] = []
  for (const { isReady, ...environment } of rows) {
    if (!isReady) environments.push({ ...environment, workspace: 'none' })
    else if (!chosen.has(environment.id)) environments.push({ ...environment, workspace: 'leftOut' })
    else environments.push({ ...environment, workspace: await addWorkspace(environment) })
  }

  const manifest = BackupManifest.parse({
    ...{ format: backupFormat, id, createdAt, productVersion: options.productVersion },
    instanceId: secrets.instanceId,
    encryptionKeyId: new SecretBox(secrets.encryptionKey).keyId,
    hasKeys: passphrase !== null,
    ...database,
    environments,
    members,
  })
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`)
  await writer.add(manifestName, once(text))
  await writer.add(sealName, once(`${sealManifest(text, secrets.encryptionKey)}\n`))
  return manifest

  async function addWorkspace({ id: environmentId, name }: { id: string; name: string }) {
    const archive = await workspaces.read(environmentId, signal)
    if (archive === null) {
      tell(`Workspace ${name}: it is not on the container engine and is left out`)
      return 'missing'
    }
    await add(workspaceMember(environmentId), archive.content, `workspace ${name}`)
    tell(`Workspace ${name}: ${formatBytes(members.at(-1)?.bytes ?? 0)} compressed`)
    const remarks = archive.remarks()
    for (const remark of remarks.slice(0, shownRemarks)) tell(`  ${remark}`)
    if (remarks.length > shownRemarks) tell(`  and ${remarks.length - shownRemarks} more`)
    return 'included'
  }
}

const shownRemarks = 5

type AddMember = (name: string, content: AsyncIterable<Buffer>, what: string) => Promise<void>

async function dumpDatabase(add: AddMember, trx: Transaction) {
  const tables: BackupManifest['tables'] = []
  for (const name of await listTables(trx)) {
    let rows = 0
    const lines = dumpTable(name, (more) => (rows += more), trx)
    await add(tableMember(name), lines, `table ${name}`)
    tables.push({ name, rows })
  }
  return { tables, sequences: await readSequences(trx), migrations: await listAppliedMigrations(trx) }
}

async function listEnvironments(trx: Transaction) {
  const rows = await trx
    .selectFrom('environments')
    .innerJoin('users', 'users.id', 'environments.user_id')
    .select(['environments.id', 'environments.name', 'users.email as owner', 'environments.workspace_ready_at'])
    .orderBy('environments.created_at')
    .execute()
  return rows.map(({ workspace_ready_at: readyAt, ...row }) => ({ ...row, isReady: readyAt !== null }))
}

async function* once(content: Buffer | string): AsyncGenerator<Buffer> {
  yield Buffer.from(content)
}
