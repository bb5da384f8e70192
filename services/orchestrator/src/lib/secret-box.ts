/**
 * Encryption of secrets at rest: AES-256-GCM, `v1|keyId|nonce|ciphertext|tag`. The context is authenticated with the
 * text, so a sealed value that is copied to another row does not open there. Never log what comes out.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const version = 'v1'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

export class SecretBox {
  readonly #key: Buffer
  /** The first 7 bytes of the key's SHA-256, in hex: tells which key sealed a value without telling the key. */
  readonly keyId: string

  constructor(key: Buffer) {
    if (key.length !== keyBytes) throw new Error(`The encryption key has ${key.length} bytes; ${keyBytes} are needed`)
    this.#key = key
    this.keyId = createHash('sha256').update(key).digest('hex').slice(0, 14)
  }

  /** @param context `table|column|rowId|ownerId` of the place where the value will lie. */
  seal(plain: string, context: string): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(Buffer.from(context))
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
    const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64'))
    return [version, this.keyId, ...parts].join('|')
  }

  /**
   * @throws Error when the value was sealed with another key or for another context, or was changed.
   */
  open(sealed: string, context: string): string {
    const [sealedVersion, keyId, nonce, ciphertext, tag, ...rest] = sealed.split('|')
    if (
      sealedVersion !== version ||
      nonce === undefined ||
      ciphertext === undefined ||
      tag === undefined ||
      rest.length > 0
    ) {
      throw new Error('A sealed value has an unknown form')
    }
    if (keyId !== this.keyId)
      throw new Error(`A value was sealed with the key ${keyId}; the configured one is ${this.keyId}`)
    const decipher = createDecipheriv('aes-256-gcm', this.#key, Buffer.from(nonce, 'base64'), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(Buffer.from(tag, 'base64'))
    try {
      return decipher.update(ciphertext, 'base64', 'utf8') + decipher.final('utf8')
    } catch (error) {
      throw new Error('A sealed value does not open: it was changed or belongs elsewhere', { cause: error })
    }
  }
}
