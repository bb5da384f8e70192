/** Makes what a test needs to be there, as directly as possible, so that a test shows only what it is about. */
import { randomUUID } from 'node:crypto'
import type { SignedIn, UserRole } from '@craftastic/contract'
import { hashPassword } from '../../src/lib/passwords.ts'
import type { TestApp } from './test-app.ts'

export const testPassword = 'correct horse battery'

export interface TestUser {
  id: string
  email: string
  role: UserRole
}

let passwordHash: Promise<string> | null = null

/** A user whose password is `testPassword`. */
export async function createUser(
  server: TestApp,
  given: Partial<TestUser> & { disabled?: boolean } = {},
): Promise<TestUser> {
  passwordHash ??= hashPassword(testPassword)
  const user: TestUser = {
    id: given.id ?? randomUUID(),
    email: given.email ?? `${randomUUID().slice(0, 8)}@example.org`,
    role: given.role ?? 'member',
  }
  await server.database.db
    .insertInto('users')
    .values({
      ...user,
      name: 'Test User',
      password_hash: await passwordHash,
      disabled_at: given.disabled === true ? new Date() : null,
    })
    .execute()
  return user
}

export interface SignedInUser extends TestUser {
  signedIn: SignedIn
  /** For requests as this user. */
  headers: { authorization: string }
}

/** A new user, or a given one, who is signed in. */
export async function signIn(server: TestApp, given: TestUser | { role?: UserRole } = {}): Promise<SignedInUser> {
  const user = 'id' in given ? given : await createUser(server, given)
  const client = { ip: '127.0.0.1', userAgent: 'test' }
  const signedIn = await server.auth.login({ email: user.email, password: testPassword }, client)
  return { ...user, signedIn, headers: { authorization: `Bearer ${signedIn.accessToken}` } }
}

/** The row of an environment that never ran. Answers its id. */
export async function createEnvironmentRow(
  server: TestApp,
  userId: string,
  given: { repository_url?: string; branch?: string } = {},
): Promise<string> {
  const { id } = await server.database.db
    .insertInto('environments')
    .values({ user_id: userId, name: `env-${randomUUID().slice(0, 8)}`, status: 'stopped', ...given })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}
