/**
 * The secrets of an installation: made once in the data directory, mode 0600, and never overwritten. Two servers that
 * start at the same time on a fresh directory end with the same ones.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCode } from './has-code.ts'

export interface Secrets {
  jwtSecret: string
  encryptionKey: Buffer
  /** Marks everything in the engine that belongs to this installation. */
  instanceId: string
}

export interface GivenSecrets {
  dataDir: string
  jwtSecret: string | null
  encryptionKey: Buffer | null
  instanceId: string | null
}

/** The data directory cannot be used; the message says why, for people. */
class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

/**
 * Makes the data directory, mode 0700. An existing one is closed to everybody else; its group may keep the right to
 * pass through, which the embedded database needs when it runs under an account of its own.
 * @throws DataDirectoryError
 */
export function openDataDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const mode = statSync(dataDir).mode & 0o777
    if ((mode & ~0o710) !== 0) chmodSync(dataDir, mode & 0o710)
  } catch (error) {
    throw new DataDirectoryError(`The data directory "${dataDir}" cannot be used: ${describe(error)}`, { cause: error })
  }
}

/**
 * Reads the secrets, those from the configuration first, and makes the missing ones.
 * @throws DataDirectoryError when one cannot be read, written or understood.
 */
export function readSecrets(given: GivenSecrets): Secrets {
  const { dataDir } = given
  const jwtSecret =
    given.jwtSecret ?? readOrCreateSecret(dataDir, 'jwt-secret', () => randomBytes(48).toString('base64url'))
  if (Buffer.byteLength(jwtSecret) < 32) throw damaged(dataDir, 'jwt-secret')
  const encryptionKey =
    given.encryptionKey ??
    Buffer.from(
      readOrCreateSecret(dataDir, 'encryption-key', () => randomBytes(32).toString('base64')),
      'base64',
    )
  if (encryptionKey.length !== 32) throw damaged(dataDir, 'encryption-key')
  const instanceId = given.instanceId ?? readOrCreateSecret(dataDir, 'instance-id', () => randomUUID())
  return { jwtSecret, encryptionKey, instanceId }
}

/**
 * Reads the file `name` of the data directory, or makes it with what `create` answers. Whole or not at all: the text is
 * written beside it and linked into place, and whoever links first wins.
 * @throws DataDirectoryError
 */
export function readOrCreateSecret(dataDir: string, name: string, create: () => string): string {
  const path = join(dataDir, name)
  try {
    const existing = readSecret(path)
    if (existing !== null) return existing
    const draft = `${path}.${randomUUID()}`
    writeFileSync(draft, `${create()}\n`, { flag: 'wx', mode: 0o600, flush: true })
    try {
      linkSync(draft, path)
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    } finally {
      unlinkSync(draft)
    }
    const created = readSecret(path)
    if (created === null) throw new Error('it vanished while it was made')
    return created
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error
    throw new DataDirectoryError(`The secret "${path}" cannot be read or made: ${describe(error)}`, { cause: error })
  }
}

/** The text of a secret file, or null when there is none. */
export function readSecret(path: string): string | null {
  let content: string
  try {
    content = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null
    throw error
  }
  if (content === '') throw new DataDirectoryError(`The secret "${path}" is empty. Restore it from a backup.`)
  return content
}

export function removeSecret(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}

function damaged(dataDir: string, name: string): DataDirectoryError {
  return new DataDirectoryError(`The secret "${join(dataDir, name)}" is damaged. Restore it from a backup.`)
}

function describe(error: unknown): string {
  if (hasCode(error, 'EACCES') || hasCode(error, 'EPERM')) {
    return 'permission denied. It belongs to another user: start as that user, or set DATA_DIR to a directory of yours.'
  }
  return error instanceof Error ? error.message : String(error)
}
