/**
 * Refresh tokens: 32 secret bytes, then the auth session they belong to, sealed with a MAC. The database keeps only
 * SHA-256 hashes of the current and the previous one; the MAC lets an older token be recognised as genuine.
 *
 * The first token of a session is random; each later one is derived from its predecessor with a key that only the
 * server has. So whoever presents the same token twice, because the first reply was lost or two tabs asked at once,
 * can be given the same successor again without storing it.
 */
import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'

const secretBytes = 32
const sessionIdBytes = 16
const macBytes = 16
const tokenBytes = secretBytes + sessionIdBytes + macBytes

export class RefreshTokens {
  readonly #key: Buffer

  constructor(jwtSecret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', jwtSecret, '', 'craftastic refresh tokens', 32))
  }

  /** The first token of a session. */
  create(authSessionId: string): string {
    return this.#seal(randomBytes(secretBytes), authSessionId)
  }

  /** The token after `token`; the same one each time. */
  deriveNext(token: string, authSessionId: string): string {
    return this.#seal(this.#hmac('next', Buffer.from(token, 'base64url')), authSessionId)
  }

  /** The auth session a token was made for, however old it is; null when this server did not make it. */
  findAuthSession(token: string): string | null {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length !== tokenBytes) return null
    const content = bytes.subarray(0, secretBytes + sessionIdBytes)
    if (!timingSafeEqual(bytes.subarray(content.length), this.#mac(content))) return null
    const hex = content.subarray(secretBytes).toString('hex')
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
  }

  #seal(secret: Buffer, authSessionId: string): string {
    const content = Buffer.concat([secret, Buffer.from(authSessionId.replaceAll('-', ''), 'hex')])
    return Buffer.concat([content, this.#mac(content)]).toString('base64url')
  }

  #mac(content: Buffer): Buffer {
    return this.#hmac('session', content).subarray(0, macBytes)
  }

  #hmac(purpose: 'next' | 'session', content: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(purpose).update(content).digest()
  }
}

/** What the database keeps of a token. */
export function hashRefreshToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}
