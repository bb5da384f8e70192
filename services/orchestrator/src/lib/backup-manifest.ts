/**
 * The last member of a backup: what is in it, and from which installation. Its seal is a keyed hash with the
 * installation's encryption key, without which nothing can be restored anyway: a backup that somebody else has changed
 * does not restore, checksums or not.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { Id } from '@craftastic/contract'
import { z } from 'zod'

export const backupFormat = 1

export const manifestName = 'manifest.json'
export const sealName = 'manifest.seal'
export const keysName = 'keys.json'

/** Name of a member: no step out of where it belongs. */
const MemberName = z
  .string()
  .max(250)
  .refine((name) => name.split('/').every((part) => part !== '' && part !== '.' && part !== '..'))

/** A name that PostgreSQL writes without quotes, as all of ours are. */
const SqlName = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/)

export const BackupEnvironment = z.object({
  id: Id,
  name: z.string(),
  owner: z.string(),
  /** `none`: it had none yet. `missing`: the engine did not have it. `leftOut`: whoever made the backup did not want it. */
  workspace: z.enum(['included', 'none', 'missing', 'leftOut']),
})
export type BackupEnvironment = z.infer<typeof BackupEnvironment>

export const BackupManifest = z.object({
  format: z.literal(backupFormat),
  id: Id,
  createdAt: z.iso.datetime(),
  productVersion: z.string(),
  instanceId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/),
  /** Tells which key sealed the secrets in the database without telling the key. */
  encryptionKeyId: z.string().regex(/^[0-9a-f]{14}$/),
  hasKeys: z.boolean(),
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: SqlName, rows: z.number().int().nonnegative() })),
  sequences: z.array(z.object({ name: SqlName, lastValue: z.string().regex(/^\d{1,19}$/), isCalled: z.boolean() })),
  environments: z.array(BackupEnvironment),
  members: z.array(
    z.object({
      name: MemberName,
      bytes: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})
export type BackupManifest = z.infer<typeof BackupManifest>

export const tableMember = (table: string) => `database/${table}.jsonl.zst`
export const workspaceMember = (environmentId: string) => `workspaces/${environmentId}.tar.zst`

const fileMemberPrefix = 'files/'
const fileMemberSuffix = '.zst'

/** The member of a file of the data directory. */
export const fileMember = (path: string) => `${fileMemberPrefix}${path}${fileMemberSuffix}`

/** The path below the data directory that a member came from; null when it is no such file. */
export function filePathOf(member: string): string | null {
  const isFile = member.startsWith(fileMemberPrefix) && member.endsWith(fileMemberSuffix)
  return isFile ? member.slice(fileMemberPrefix.length, -fileMemberSuffix.length) : null
}

const Format = z.object({ format: z.number().int() })

/** @throws Error in words when it was written by a version that writes another form, or is damaged. */
export function parseManifest(text: string): BackupManifest {
  const json = readJson(text)
  const format = Format.safeParse(json).data?.format
  if (format !== undefined && format > backupFormat) {
    throw new Error(
      `The backup was made by a newer version (format ${format}; this version reads ${backupFormat}). Restore it there.`,
    )
  }
  const { data } = BackupManifest.safeParse(json)
  if (data === undefined) throw damagedManifest()
  return data
}

/** The seal of a manifest's exact bytes. */
export function sealManifest(manifest: Buffer, encryptionKey: Buffer): string {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'craftastic backup manifest', 32))
  return createHmac('sha256', key).update(manifest).digest('hex')
}

/** @throws Error in words when the manifest is not the one that was sealed. */
export function checkSeal(manifest: Buffer, seal: string, encryptionKey: Buffer): void {
  const expected = Buffer.from(sealManifest(manifest, encryptionKey))
  const given = Buffer.from(seal.trim())
  if (given.length === expected.length && timingSafeEqual(given, expected)) return
  throw new Error('The backup was changed after it was made: its seal is not that of this installation.')
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw damagedManifest({ cause: error })
  }
}

function damagedManifest(options?: ErrorOptions): Error {
  return new Error('The backup is damaged: its table of contents cannot be read.', options)
}
