/**
 * Access tokens: short-lived JWTs that name a user and an auth session. A valid one proves only that this server made
 * it; whether its session still stands is asked at each request (`auth-sessions.ts`). Role and state are never in it.
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'

export const accessTokenTtlSeconds = 600

/** Signs and verifies with the one allowed algorithm, type, issuer and audience (`plugins/auth.ts`). */
export interface TokenSigner {
  sign(claims: object): string
  /** @throws when the token is not one of ours, or is over. */
  verify(token: string): unknown
}

/** Both are checked as plain strings: an array that merely contains one would pass a laxer check. */
export const tokenIssuer = 'craftastic'
export const tokenAudience = 'api'

const Claims = z.object({
  iss: z.literal(tokenIssuer),
  aud: z.literal(tokenAudience),
  sub: z.uuid(),
  sid: z.uuid(),
  exp: z.int(),
})

export interface AccessTokenSubject {
  userId: string
  authSessionId: string
}

export class AccessTokens {
  readonly #signer: TokenSigner

  constructor(signer: TokenSigner) {
    this.#signer = signer
  }

  issue({ userId, authSessionId }: AccessTokenSubject): { accessToken: string; expiresAt: Date } {
    const exp = Math.floor(Date.now() / 1000) + accessTokenTtlSeconds
    const accessToken = this.#signer.sign({ sub: userId, sid: authSessionId, jti: randomUUID(), exp })
    return { accessToken, expiresAt: new Date(exp * 1000) }
  }

  /** null when the token is not valid. */
  read(token: string): (AccessTokenSubject & { expiresAt: Date }) | null {
    let verified: unknown
    try {
      verified = this.#signer.verify(token)
    } catch {
      return null
    }
    const claims = Claims.safeParse(verified)
    if (!claims.success) return null
    const { sub, sid, exp } = claims.data
    return { userId: sub, authSessionId: sid, expiresAt: new Date(exp * 1000) }
  }
}
