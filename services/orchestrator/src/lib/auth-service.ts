/**
 * Signing in and out. The answers never tell whether an e-mail address is known: wrong address, wrong password and
 * disabled user look and take the same.
 */
import type { Login, SetupFirstAdmin, SetupState, SignedIn, User } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { AccessTokens } from './access-tokens.ts'
import type { UserActor } from './actor.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import type { AuthSessions, ClientInfo, RefreshedSession } from './auth-sessions.ts'
import type { DB } from './database-types.ts'
import type { Database } from './database.ts'
import { AppError } from './errors.ts'
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts'
import type { SetupToken } from './setup-token.ts'
import { presentUser, type UserRow } from './user-service.ts'

/** Failed sign-ins per account. It slows guessing down; nobody is locked out for longer than the window. */
const failedLogins = { maxAttempts: 5, windowMs: 60_000 }

export interface AuthServiceParts {
  db: Database
  authSessions: AuthSessions
  accessTokens: AccessTokens
  setupToken: SetupToken
}

interface NewAdmin {
  name: string
  email: string
  password: string
}

export class AuthService {
  readonly #db: Database
  readonly #authSessions: AuthSessions
  readonly #accessTokens: AccessTokens
  readonly #setupToken: SetupToken
  readonly #failedLogins = new AttemptLimiter(failedLogins)

  constructor(parts: AuthServiceParts) {
    this.#db = parts.db
    this.#authSessions = parts.authSessions
    this.#accessTokens = parts.accessTokens
    this.#setupToken = parts.setupToken
  }

  /**
   * What a starting server does about the first admin: makes the one from the configuration, or answers the one-time
   * token to print. null = nothing to do, there are users.
   */
  async prepareFirstAdmin(admin: { email: string; password: string } | null): Promise<string | null> {
    if (await hasPeople(this.#db)) {
      this.#setupToken.remove()
      return null
    }
    if (admin === null) return this.#setupToken.readOrCreate()
    await this.#insertFirstAdmin({ ...admin, name: 'Admin' })
    this.#setupToken.remove()
    return null
  }

  async getSetupState(): Promise<SetupState> {
    return { setupRequired: !(await hasPeople(this.#db)) }
  }

  /**
   * Makes the first admin and signs them in. Of two calls at once one wins.
   * @throws AppError not_found once there is a user | wrong_setup_token
   */
  async setUpFirstAdmin(input: SetupFirstAdmin, client: ClientInfo): Promise<SignedIn> {
    if (await hasPeople(this.#db)) throw setupIsOver()
    if (!this.#setupToken.matches(input.token)) {
      throw new AppError(
        'wrong_setup_token',
        'The set-up token is wrong. Use the link that the server printed when it started; it is also in the file ' +
          '"setup-token" in the data directory.',
      )
    }
    const user = await this.#insertFirstAdmin(input)
    if (user === null) throw setupIsOver()
    this.#setupToken.remove()
    return this.#answer(user, await this.#authSessions.open(user.id, client))
  }

  /** @throws AppError wrong_credentials | rate_limited */
  async login(input: Login, client: ClientInfo): Promise<SignedIn> {
    const retryAfterSeconds = this.#failedLogins.take(input.email)
    if (retryAfterSeconds !== null) {
      throw new AppError('rate_limited', 'Too many failed attempts for this account. Wait a moment, then try again.', {
        retryAfterSeconds,
      })
    }
    const user = await this.#db.selectFrom('users').selectAll().where('email', '=', input.email).executeTakeFirst()
    const passwordHash = user?.password_hash ?? null
    const isRight = await verifyPassword(passwordHash, input.password)
    if (!isRight || user === undefined || passwordHash === null || user.disabled_at !== null) {
      throw new AppError('wrong_credentials', 'The e-mail address or the password is wrong.')
    }
    this.#failedLogins.giveBack(input.email)
    if (needsRehash(passwordHash)) await this.#rehash(user.id, input.password)
    return this.#answer(user, await this.#authSessions.open(user.id, client))
  }

  /**
   * Gives a new access token and the next refresh token (`AuthSessions.rotate` says what a repeated call gets).
   * @throws AppError not_signed_in
   */
  async refresh(refreshToken: string): Promise<SignedIn> {
    const session = await this.#authSessions.rotate(refreshToken)
    const user = session === null ? undefined : await this.#findUser(session.userId)
    if (session === null || user === undefined)
      throw new AppError('not_signed_in', 'The sign-in is over. Sign in again.')
    return this.#answer(user, session)
  }

  /** Ends the session that the tokens belong to, if they belong to one. */
  async logout(tokens: { accessToken: string | null; refreshToken: string | null }): Promise<void> {
    const subject = tokens.accessToken === null ? null : this.#accessTokens.read(tokens.accessToken)
    if (subject !== null) await this.#authSessions.revoke(subject.authSessionId, 'logout')
    else if (tokens.refreshToken !== null) await this.#authSessions.revokeByToken(tokens.refreshToken, 'logout')
  }

  async getMe(actor: UserActor): Promise<User> {
    const user = await this.#findUser(actor.userId)
    if (user === undefined) throw new AppError('not_signed_in', 'The sign-in is over. Sign in again.')
    return presentUser(user)
  }

  /**
   * Who an access token speaks for.
   * @throws AppError not_signed_in
   */
  async authenticate(accessToken: string): Promise<UserActor> {
    const subject = this.#accessTokens.read(accessToken)
    const session = subject === null ? null : await this.#authSessions.check(subject.authSessionId)
    if (subject === null || session === null || session.userId !== subject.userId) {
      throw new AppError('not_signed_in', 'The sign-in is over or not valid. Sign in again, or renew it.')
    }
    return { type: 'user', userId: session.userId, role: session.role, authSessionId: subject.authSessionId }
  }

  #answer(user: UserRow, session: RefreshedSession): SignedIn {
    const { accessToken, expiresAt } = this.#accessTokens.issue(session)
    return {
      user: presentUser(user),
      accessToken,
      expiresAt: expiresAt.toISOString(),
      refreshToken: session.refreshToken,
    }
  }

  #findUser(userId: string): Promise<UserRow | undefined> {
    return this.#db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirst()
  }

  /** null when there is a user by now: the lock lets one caller at a time look and insert. */
  async #insertFirstAdmin({ name, email, password }: NewAdmin): Promise<UserRow | null> {
    const passwordHash = await hashPassword(password)
    return this.#db.transaction().execute(async (trx) => {
      await sql`lock table users in share row exclusive mode`.execute(trx)
      if (await hasPeople(trx)) return null
      return trx
        .insertInto('users')
        .values({ name, email, role: 'admin', password_hash: passwordHash })
        .returningAll()
        .executeTakeFirstOrThrow()
    })
  }

  async #rehash(userId: string, password: string): Promise<void> {
    const passwordHash = await hashPassword(password)
    await this.#db.updateTable('users').set({ password_hash: passwordHash }).where('id', '=', userId).execute()
  }
}

function setupIsOver(): AppError {
  return new AppError('not_found', 'This installation is set up already. Sign in instead.')
}

/** Whether anybody was ever made a user here. The stand-ins of a migration, disabled and without a password, are nobody. */
async function hasPeople(db: Kysely<DB>): Promise<boolean> {
  const person = await db
    .selectFrom('users')
    .select('id')
    .where((eb) => eb.or([eb('password_hash', 'is not', null), eb('disabled_at', 'is', null)]))
    .limit(1)
    .executeTakeFirst()
  return person !== undefined
}
