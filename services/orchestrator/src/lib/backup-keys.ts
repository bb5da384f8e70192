/**
 * An installation's keys inside a backup, sealed with a passphrase: whoever finds the file alone cannot open what is
 * sealed in the database.
 */
import { randomBytes, scrypt } from 'node:crypto'
import { z } from 'zod'
import { SecretBox } from './secret-box.ts'
import type { Secrets } from './secrets.ts'

export type BackupKeys = Pick<Secrets, 'encryptionKey' | 'jwtSecret'>

/** OWASP's password storage cheat sheet: N = 2^17, r = 8, p = 1, which takes 128 MiB. */
const cost = { N: 2 ** 17, r: 8, p: 1 }
const maxmem = 256 * 1024 ** 2
const saltBytes = 16
const keyBytes = 32

const SealedKeys = z.object({
  kdf: z.literal('scrypt'),
  ...{ N: z.literal(cost.N), r: z.literal(cost.r), p: z.literal(cost.p) },
  salt: z.base64(),
  sealed: z.string(),
})

const Keys = z.object({ encryptionKey: z.base64(), jwtSecret: z.string().min(32) })

const context = (backupId: string) => `backup|keys|${backupId}`

/** Text that opens with the passphrase only, and for this backup only. */
export async function sealKeys(keys: BackupKeys, passphrase: string, backupId: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const box = new SecretBox(await deriveKey(passphrase, salt))
  const plain = JSON.stringify({ ...keys, encryptionKey: keys.encryptionKey.toString('base64') })
  const text = { kdf: 'scrypt', ...cost, salt: salt.toString('base64'), sealed: box.seal(plain, context(backupId)) }
  return JSON.stringify(text)
}

/** @throws Error in words when the passphrase is another one. */
export async function openKeys(text: string, passphrase: string, backupId: string): Promise<BackupKeys> {
  const { salt, sealed } = SealedKeys.parse(JSON.parse(text))
  const box = new SecretBox(await deriveKey(passphrase, Buffer.from(salt, 'base64')))
  let plain: string
  try {
    plain = box.open(sealed, context(backupId))
  } catch (error) {
    throw new Error('BACKUP_PASSPHRASE is not the one that the backup was made with.', { cause: error })
  }
  const { encryptionKey, jwtSecret } = Keys.parse(JSON.parse(plain))
  return { encryptionKey: Buffer.from(encryptionKey, 'base64'), jwtSecret }
}

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, keyBytes, { ...cost, maxmem }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
