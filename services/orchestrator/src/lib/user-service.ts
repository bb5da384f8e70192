/** Users, for admins. There is always an admin who can sign in: the last one can be neither demoted, disabled nor removed. */
import { UserRole, type CreateUser, type UpdateUser, type User } from '@craftastic/contract'
import { sql, type Selectable } from 'kysely'
import type { UserActor } from './actor.ts'
import type { AuthSessions } from './auth-sessions.ts'
import { isUniqueViolation, type Database, type Transaction } from './database.ts'
import type { Users } from './database-types.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import { hashPassword } from './passwords.ts'

export type UserRow = Selectable<Users>

export class UserService {
  readonly #db: Database
  readonly #authSessions: AuthSessions

  constructor(db: Database, authSessions: AuthSessions) {
    this.#db = db
    this.#authSessions = authSessions
  }

  /** Oldest first. */
  async listUsers(actor: UserActor): Promise<User[]> {
    requireAdmin(actor)
    const rows = await this.#db.selectFrom('users').selectAll().orderBy('created_at').orderBy('id').execute()
    return rows.map(presentUser)
  }

  /** @throws AppError email_taken */
  async createUser(actor: UserActor, input: CreateUser): Promise<User> {
    requireAdmin(actor)
    const passwordHash = await hashPassword(input.password)
    try {
      return await this.#db.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('users')
          .values({ email: input.email, name: input.name, role: input.role, password_hash: passwordHash })
          .returningAll()
          .executeTakeFirstOrThrow()
        const user = presentUser(row)
        await keepAnswer(actor, user, trx)
        return user
      })
    } catch (error) {
      if (!isUniqueViolation(error, 'users_email_key')) throw error
      throw new AppError('email_taken', `There is a user with the e-mail address "${input.email}" already.`, {
        cause: error,
      })
    }
  }

  /**
   * Changes name, role or state. Disabling ends the user's sign-ins at once.
   * @throws AppError not_found | last_admin
   */
  async updateUser(actor: UserActor, userId: string, input: UpdateUser): Promise<User> {
    requireAdmin(actor)
    const { user, revoked } = await this.#db.transaction().execute(async (trx) => {
      const current = await lockUser(userId, trx)
      const role = input.role ?? UserRole.parse(current.role)
      const disabled = input.disabled ?? current.disabled_at !== null
      if (role !== 'admin' || disabled) await refuseForLastAdmin(current, trx)
      const row = await trx
        .updateTable('users')
        .set({
          name: input.name ?? current.name,
          role,
          disabled_at: disabled ? (current.disabled_at ?? sql<Date>`now()`) : null,
          updated_at: sql<Date>`now()`,
        })
        .where('id', '=', userId)
        .returningAll()
        .executeTakeFirstOrThrow()
      return { user: presentUser(row), revoked: disabled ? await this.#authSessions.revokeAllOfUser(userId, trx) : [] }
    })
    this.#authSessions.announceRevoked(revoked, 'user_disabled')
    return user
  }

  /**
   * Removes a user who owns no environments any more.
   * @throws AppError not_found | last_admin | environment_busy
   */
  async deleteUser(actor: UserActor, userId: string): Promise<void> {
    requireAdmin(actor)
    const revoked = await this.#db.transaction().execute(async (trx) => {
      const current = await lockUser(userId, trx)
      await refuseForLastAdmin(current, trx)
      await refuseForOwner(current, trx)
      const ids = await this.#authSessions.revokeAllOfUser(userId, trx)
      await trx.deleteFrom('users').where('id', '=', userId).execute()
      return ids
    })
    this.#authSessions.announceRevoked(revoked, 'user_removed')
  }
}

/** A row to the shape of the contract; the password hash stays behind. */
export function presentUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: UserRole.parse(row.role),
    disabled: row.disabled_at !== null,
    createdAt: row.created_at.toISOString(),
  }
}

function requireAdmin(actor: UserActor): void {
  if (actor.role !== 'admin') throw new AppError('not_allowed', 'Only admins manage users.')
}

/** The lock also keeps new environments of this user from appearing until the transaction ends. */
async function lockUser(userId: string, trx: Transaction): Promise<UserRow> {
  // All admins first, in one order: two admins who demote each other at the same moment meet here.
  await trx.selectFrom('users').select('id').where('role', '=', 'admin').orderBy('id').forUpdate().execute()
  const row = await trx.selectFrom('users').selectAll().where('id', '=', userId).forUpdate().executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no user "${userId}".`)
  return row
}

async function refuseForLastAdmin(user: UserRow, trx: Transaction): Promise<void> {
  if (user.role !== 'admin' || user.disabled_at !== null) return
  const other = await trx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .where('id', '!=', user.id)
    .executeTakeFirst()
  if (other !== undefined) return
  throw new AppError(
    'last_admin',
    `"${user.email}" is the last admin who can sign in. Make another user an admin first.`,
  )
}

async function refuseForOwner(user: UserRow, trx: Transaction): Promise<void> {
  const { count } = await trx
    .selectFrom('environments')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow()
  if (count === 0) return
  const what = count === 1 ? '1 environment' : `${count} environments`
  throw new AppError(
    'environment_busy',
    `"${user.email}" still owns ${what}. Disable the user, then hand them over or leave them.`,
  )
}
