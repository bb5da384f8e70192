/**
 * The one-time token that makes the first admin. It lies in the data directory so that whoever may read that directory,
 * and nobody else, can claim a fresh installation. It is removed with its use.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { join } from 'node:path'
import { readOrCreateSecret, readSecret, removeSecret } from './secrets.ts'

export class SetupToken {
  readonly #dataDir: string
  readonly #path: string

  constructor(dataDir: string) {
    this.#dataDir = dataDir
    this.#path = join(dataDir, 'setup-token')
  }

  /** The token; made when there is none. */
  readOrCreate(): string {
    return readOrCreateSecret(this.#dataDir, 'setup-token', () => randomBytes(24).toString('base64url'))
  }

  /** Takes the same time however much of `candidate` is right. */
  matches(candidate: string): boolean {
    const token = readSecret(this.#path)
    return token !== null && timingSafeEqual(hash(token), hash(candidate))
  }

  remove(): void {
    removeSecret(this.#path)
  }
}

function hash(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
