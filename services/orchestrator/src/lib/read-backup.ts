/** Reads a backup and checks all of it, before anything of it is used. */
import { createHash } from 'node:crypto'
import { openBackupFile, type BackupReader } from '../services/backup-file.ts'
import { openKeys, type BackupKeys } from './backup-keys.ts'
import { checkSeal, keysName, manifestName, parseManifest, sealName, type BackupManifest } from './backup-manifest.ts'
import { formatBytes, watched, type Tell } from './backup-progress.ts'
import { listMigrationNames } from './migrator.ts'
import { SecretBox } from './secret-box.ts'
import { decompressed } from './zstd-streams.ts'

export interface Backup {
  manifest: BackupManifest
  encryptionKey: Buffer
  /** Null when the keys are not in the backup. */
  keys: BackupKeys | null
  /** A member as it was before it was compressed. */
  read(member: string): AsyncIterable<Buffer>
  has(member: string): boolean
}

export interface ReadBackupOptions {
  path: string
  /** Where the installation would take its key from; null when it has none. */
  encryptionKey: Buffer | null
  /** What to do about a key that is missing, in words. */
  keyAdvice: string
  passphrase: string | null
  tell: Tell
  signal: AbortSignal
}

/** @throws Error in words when it is not whole, was changed, is newer than this version, or its key is missing. */
export async function withBackup(options: ReadBackupOptions, work: (backup: Backup) => Promise<void>): Promise<void> {
  const reader = await openBackupFile(options.path)
  try {
    const text = await readText(reader, manifestName, options.path)
    const manifest = parseManifest(text.toString('utf8'))
    await refuseNewer(manifest)
    const keys = await findKeys(reader, manifest, options)
    const encryptionKey = options.encryptionKey ?? keys?.encryptionKey ?? null
    if (encryptionKey === null) throw new Error(describeMissingKey(manifest, options))
    refuseOtherKey(encryptionKey, manifest, options)
    checkSeal(text, (await readText(reader, sealName, options.path)).toString('utf8'), encryptionKey)
    await checkMembers(reader, manifest, options)
    const names = new Set(manifest.members.map(({ name }) => name))
    await work({
      ...{ manifest, encryptionKey, keys },
      read: (member) => decompressed(reader.read(member)),
      has: (member) => names.has(member),
    })
  } finally {
    await reader.close()
  }
}

const maxTextBytes = 256 * 1024 ** 2

async function readText(reader: BackupReader, name: string, path: string): Promise<Buffer> {
  const member = reader.members.get(name)
  if (member === undefined) throw new Error(`"${path}" is no backup of Craftastic, or an incomplete one.`)
  if (member.bytes > maxTextBytes) throw new Error(`The backup "${path}" is damaged: ${name} is too large.`)
  const chunks: Buffer[] = []
  for await (const chunk of reader.read(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function refuseNewer({ migrations, productVersion }: BackupManifest): Promise<void> {
  const known = new Set(await listMigrationNames())
  const unknown = migrations.filter((name) => !known.has(name))
  if (unknown.length === 0) return
  throw new Error(
    `The backup is newer than this version: it has ${unknown.join(', ')}, which this version does not know. ` +
      `Restore it with the version that made it (${productVersion}) or a newer one.`,
  )
}

async function findKeys(
  reader: BackupReader,
  { hasKeys, id }: BackupManifest,
  { path, passphrase }: ReadBackupOptions,
): Promise<BackupKeys | null> {
  if (!hasKeys || passphrase === null) return null
  return openKeys((await readText(reader, keysName, path)).toString('utf8'), passphrase, id)
}

function describeMissingKey({ encryptionKeyId, hasKeys }: BackupManifest, { keyAdvice }: ReadBackupOptions): string {
  const what = `What is sealed in the backup opens with the encryption key ${encryptionKeyId} only.`
  if (!hasKeys) return `${what} It is not in the backup. ${keyAdvice}`
  return `${what} It is in the backup: set BACKUP_PASSPHRASE to the passphrase that the backup was made with.`
}

function refuseOtherKey(key: Buffer, { encryptionKeyId }: BackupManifest, { keyAdvice }: ReadBackupOptions): void {
  const { keyId } = new SecretBox(key)
  if (keyId === encryptionKeyId) return
  throw new Error(
    `The backup was made with the encryption key ${encryptionKeyId}; the one that is set here is ${keyId}. ${keyAdvice}`,
  )
}

async function checkMembers(
  reader: BackupReader,
  manifest: BackupManifest,
  { path, tell, signal }: ReadBackupOptions,
): Promise<void> {
  const own = new Set([manifestName, sealName, ...manifest.members.map(({ name }) => name)])
  const foreign = [...reader.members.keys()].find((name) => !own.has(name))
  if (foreign !== undefined)
    throw new Error(`The backup "${path}" was changed: it does not know its part "${foreign}".`)
  let bytes = 0
  for (const { name, bytes: expectedBytes, sha256 } of manifest.members) {
    const hash = createHash('sha256')
    for await (const chunk of watched(reader.read(name), { what: `checking ${name}`, tell, signal })) hash.update(chunk)
    const isSame = reader.members.get(name)?.bytes === expectedBytes && hash.digest('hex') === sha256
    if (!isSame)
      throw new Error(`The backup "${path}" is damaged: "${name}" is not what was written. Take another one.`)
    bytes += expectedBytes
  }
  tell(`Checked: ${formatBytes(bytes)}, nothing is missing or changed`)
}
