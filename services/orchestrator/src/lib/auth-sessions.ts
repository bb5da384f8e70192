/**
 * Auth sessions: one row per sign-in. Every request asks here whether its session still stands; the answer is kept for
 * at most 5 seconds, and not at all once this server revokes the session. Terminals listen with `onRevoked`.
 *
 *     open → rotate → rotate → … → revoked (logout, reuse of an old refresh token, user disabled or removed) or expired
 */
import { randomUUID } from 'node:crypto'
import { UserRole } from '@craftastic/contract'
import { sql, type Selectable } from 'kysely'
import type { Database, Transaction } from './database.ts'
import type { AuthSessions as AuthSessionsTable } from './database-types.ts'
import { hashRefreshToken, type RefreshTokens } from './refresh-tokens.ts'

/** A refresh token lives this long after it was made; each use makes the next one. */
export const refreshTokenTtlSeconds = 30 * 24 * 60 * 60
/** How long the token before the current one still answers. */
const graceSeconds = 30
const cacheMs = 5_000
const maxCachedSessions = 10_000
const maxUserAgentLength = 256

/** `elsewhere`: another server has revoked it, or its time is over. */
export type RevocationReason = 'logout' | 'reuse' | 'user_disabled' | 'user_removed' | 'elsewhere'
export type RevocationListener = (authSessionId: string, reason: RevocationReason) => void

export interface ClientInfo {
  ip: string
  userAgent: string | null
}

export interface StandingSession {
  userId: string
  role: UserRole
}

export interface RefreshedSession {
  authSessionId: string
  userId: string
  refreshToken: string
}

interface CacheEntry {
  /** May still be under way: requests that come together ask once. */
  session: Promise<StandingSession | null>
  until: number
}

export class AuthSessions {
  readonly #db: Database
  readonly #tokens: RefreshTokens
  readonly #cache = new Map<string, CacheEntry>()
  readonly #listeners = new Set<RevocationListener>()

  constructor(db: Database, tokens: RefreshTokens) {
    this.#db = db
    this.#tokens = tokens
  }

  /** Opens a session for a user who has just proved who they are. */
  async open(userId: string, client: ClientInfo): Promise<RefreshedSession> {
    const authSessionId = randomUUID()
    const refreshToken = this.#tokens.create(authSessionId)
    await this.#db
      .deleteFrom('auth_sessions')
      .where('user_id', '=', userId)
      .where('expires_at', '<', sql<Date>`now()`)
      .execute()
    await this.#db
      .insertInto('auth_sessions')
      .values({
        id: authSessionId,
        user_id: userId,
        refresh_token_hash: hashRefreshToken(refreshToken),
        user_agent: client.userAgent?.slice(0, maxUserAgentLength) ?? null,
        ip: client.ip,
        expires_at: newExpiry,
      })
      .execute()
    return { authSessionId, userId, refreshToken }
  }

  /**
   * Takes a refresh token and gives the next one; null when the token is not valid any more.
   *
   * Any token older than the current one ends the session: it was copied. Except the one just before, for 30 seconds:
   * whoever presents it either asked at the same moment as another tab or never received the reply, and is given the
   * very token that is in force (it is derived, see `refresh-tokens.ts`). Nothing rotates then, so no client is left
   * with a token that the other one's call has made worthless, whether it keeps tokens in cookies or by itself.
   */
  async rotate(refreshToken: string): Promise<RefreshedSession | null> {
    const hash = hashRefreshToken(refreshToken)
    const outcome = await this.#db.transaction().execute(async (trx) => {
      const session = await this.#findByToken(hash, trx)
      if (session === undefined) return this.#revokeCopied(this.#tokens.findAuthSession(refreshToken), trx)
      if (!session.stands) return null
      const next = this.#tokens.deriveNext(refreshToken, session.id)
      const refreshed = { authSessionId: session.id, userId: session.user_id, refreshToken: next }
      if (session.refresh_token_hash === hash) {
        await this.#replaceToken(session.id, hash, hashRefreshToken(next), trx)
        return refreshed
      }
      const inForce = session.refresh_token_hash === hashRefreshToken(next)
      return session.within_grace && inForce ? refreshed : this.#revokeCopied(session.id, trx)
    })
    if (typeof outcome !== 'string') return outcome
    this.announceRevoked([outcome], 'reuse')
    return null
  }

  /** The user of a session that stands; null when it is revoked, expired, or its user is disabled or gone. */
  async check(authSessionId: string): Promise<StandingSession | null> {
    const cached = this.#cache.get(authSessionId)
    if (cached !== undefined && cached.until > Date.now()) return cached.session
    const entry = { session: this.#read(authSessionId), until: Date.now() + cacheMs }
    if (this.#cache.size >= maxCachedSessions) this.#cache.clear()
    this.#cache.set(authSessionId, entry)
    entry.session.catch(() => {
      if (this.#cache.get(authSessionId) === entry) this.#cache.delete(authSessionId)
    })
    return entry.session
  }

  /** Revokes one session; nothing happens when it is over already. */
  async revoke(authSessionId: string, reason: RevocationReason): Promise<void> {
    const revoked = await this.#db
      .updateTable('auth_sessions')
      .set({ revoked_at: sql<Date>`now()` })
      .where('id', '=', authSessionId)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute()
    this.announceRevoked(
      revoked.map((row) => row.id),
      reason,
    )
  }

  /** Revokes the session of a refresh token, current or not; nothing happens when there is none. */
  async revokeByToken(refreshToken: string, reason: RevocationReason): Promise<void> {
    const authSessionId = this.#tokens.findAuthSession(refreshToken)
    if (authSessionId !== null) await this.revoke(authSessionId, reason)
  }

  /** Revokes all sessions of a user and answers their ids, for `announceRevoked` after the commit. */
  async revokeAllOfUser(userId: string, trx: Transaction): Promise<string[]> {
    const revoked = await trx
      .updateTable('auth_sessions')
      .set({ revoked_at: sql<Date>`now()` })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute()
    return revoked.map((row) => row.id)
  }

  /** Tells the listeners. To be called once the revocation is committed. */
  announceRevoked(authSessionIds: readonly string[], reason: RevocationReason): void {
    this.forgetAll()
    for (const id of authSessionIds) for (const listener of this.#listeners) listener(id, reason)
  }

  /** Tells the listeners of those that do not stand any more, which this server need not have heard of. */
  async announceEnded(authSessionIds: readonly string[]): Promise<void> {
    if (authSessionIds.length === 0) return
    const rows = await this.#selectStanding().where('auth_sessions.id', 'in', authSessionIds).execute()
    const standing = new Set(rows.map(({ authSessionId }) => authSessionId))
    const ended = authSessionIds.filter((id) => !standing.has(id))
    if (ended.length > 0) this.announceRevoked(ended, 'elsewhere')
  }

  /** Makes the next request of everybody ask the database: roles or users have changed. */
  forgetAll(): void {
    this.#cache.clear()
  }

  /** Calls `listener` for each session that this server revokes or finds ended. Answers how to stop that. */
  onRevoked(listener: RevocationListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #read(authSessionId: string): Promise<StandingSession | null> {
    const row = await this.#selectStanding().where('auth_sessions.id', '=', authSessionId).executeTakeFirst()
    return row === undefined ? null : { userId: row.userId, role: UserRole.parse(row.role) }
  }

  #selectStanding() {
    return this.#db
      .selectFrom('auth_sessions')
      .innerJoin('users', 'users.id', 'auth_sessions.user_id')
      .select(['auth_sessions.id as authSessionId', 'users.id as userId', 'users.role'])
      .where('auth_sessions.revoked_at', 'is', null)
      .where('auth_sessions.expires_at', '>', sql<Date>`now()`)
      .where('users.disabled_at', 'is', null)
  }

  async #findByToken(hash: string, trx: Transaction): Promise<TokenSession | undefined> {
    return await trx
      .selectFrom('auth_sessions')
      .innerJoin('users', 'users.id', 'auth_sessions.user_id')
      .select(['auth_sessions.id', 'auth_sessions.user_id', 'auth_sessions.refresh_token_hash'])
      .select([
        sql<boolean>`auth_sessions.revoked_at is null and auth_sessions.expires_at > now() and users.disabled_at is null`.as(
          'stands',
        ),
        sql<boolean>`coalesce(auth_sessions.rotated_at > now() - make_interval(secs => ${graceSeconds}), false)`.as(
          'within_grace',
        ),
      ])
      .where((eb) =>
        eb.or([
          eb('auth_sessions.refresh_token_hash', '=', hash),
          eb('auth_sessions.previous_refresh_token_hash', '=', hash),
        ]),
      )
      .forUpdate('auth_sessions')
      .executeTakeFirst()
  }

  async #replaceToken(id: string, previousHash: string, nextHash: string, trx: Transaction): Promise<void> {
    await trx
      .updateTable('auth_sessions')
      .set({
        refresh_token_hash: nextHash,
        previous_refresh_token_hash: previousHash,
        rotated_at: sql<Date>`now()`,
        last_used_at: sql<Date>`now()`,
        expires_at: newExpiry,
      })
      .where('id', '=', id)
      .execute()
  }

  /** Answers the id of the session that was ended by this, or null. */
  async #revokeCopied(authSessionId: string | null, trx: Transaction): Promise<string | null> {
    if (authSessionId === null) return null
    const revoked = await trx
      .updateTable('auth_sessions')
      .set({ revoked_at: sql<Date>`now()` })
      .where('id', '=', authSessionId)
      .where('revoked_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    return revoked?.id ?? null
  }
}

type TokenSession = Pick<Selectable<AuthSessionsTable>, 'id' | 'user_id' | 'refresh_token_hash'> & {
  /** Neither revoked nor expired, and its user may sign in. */
  stands: boolean
  within_grace: boolean
}

const newExpiry = sql<Date>`now() + make_interval(secs => ${refreshTokenTtlSeconds})`
