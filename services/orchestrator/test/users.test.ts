import { randomUUID } from 'node:crypto'
import { SignedIn, Success, User, UserList, type UserRole } from '@craftastic/contract'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createEnvironmentRow, createUser, signIn, testPassword, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { buildTestApp, useTestApp } from './harness/test-app.ts'

const server = useTestApp()

let admin: SignedInUser
beforeAll(async () => {
  admin = await signIn(server(), { role: 'admin' })
})

function send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, as = admin) {
  return server().app.inject({ method, url, headers: as.headers, ...(payload === undefined ? {} : { payload }) })
}

function newUser(role?: UserRole) {
  return { email: `${randomUUID().slice(0, 8)}@example.org`, name: 'New User', password: testPassword, role }
}

describe('users', () => {
  it('are created, listed and can sign in; the password hash never leaves', async () => {
    const input = newUser()
    const answer = await send('POST', '/api/users', { ...input, email: input.email.toUpperCase() })
    const user = readBody(answer, User, 201)
    expect(user).toMatchObject({ email: input.email, name: 'New User', role: 'member', disabled: false })
    const list = await send('GET', '/api/users')
    expect(readBody(list, UserList).users).toContainEqual(user)
    expect(list.body).not.toContain('argon2')
    const login = await server().app.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: { email: input.email, password: testPassword },
    })
    readBody(login, SignedIn)
  })

  it('have one address each, whatever its case', async () => {
    const input = newUser()
    readBody(await send('POST', '/api/users', input), User, 201)
    const again = await send('POST', '/api/users', { ...input, email: input.email.toUpperCase() })
    expect(expectProblem(again, 'email_taken', 409).detail).toContain(input.email)
  })

  it('change name and role, and the role counts at once', async () => {
    const user = await signIn(server())
    expectProblem(await send('GET', '/api/users', undefined, user), 'not_allowed', 403)
    const changed = await send('PATCH', `/api/users/${user.id}`, { name: 'Renamed', role: 'admin' })
    expect(readBody(changed, User)).toMatchObject({ name: 'Renamed', role: 'admin' })
    readBody(await send('GET', '/api/users', undefined, user), UserList)
    readBody(await send('PATCH', `/api/users/${user.id}`, { role: 'member' }), User)
    expectProblem(await send('GET', '/api/users', undefined, user), 'not_allowed', 403)
  })

  it('stop at once when disabled, everywhere they are signed in, and may return when enabled', async () => {
    const user = await signIn(server())
    const elsewhere = await signIn(server(), user)
    const listener = vi.fn()
    const stop = server().authSessions.onRevoked(listener)
    readBody(await send('GET', '/api/auth/me', undefined, user), User)
    const disabled = await send('PATCH', `/api/users/${user.id}`, { disabled: true })
    stop()
    expect(readBody(disabled, User).disabled).toBe(true)
    expectProblem(await send('GET', '/api/auth/me', undefined, user), 'not_signed_in', 401)
    expectProblem(await send('GET', '/api/auth/me', undefined, elsewhere), 'not_signed_in', 401)
    expect(listener).toHaveBeenCalledTimes(2)
    expect(listener.mock.calls.map(([, reason]) => String(reason))).toEqual(['user_disabled', 'user_disabled'])
    const login = () =>
      server().app.inject({
        method: 'POST',
        url: '/api/auth/login',
        payload: { email: user.email, password: testPassword },
      })
    expectProblem(await login(), 'wrong_credentials', 401)
    readBody(await send('PATCH', `/api/users/${user.id}`, { disabled: false }), User)
    readBody(await login(), SignedIn)
    expectProblem(await send('GET', '/api/auth/me', undefined, user), 'not_signed_in', 401)
  })

  it('are removed with their sign-ins', async () => {
    const user = await signIn(server())
    readBody(await send('DELETE', `/api/users/${user.id}`), Success)
    expectProblem(await send('GET', '/api/auth/me', undefined, user), 'not_signed_in', 401)
    expectProblem(await send('DELETE', `/api/users/${user.id}`), 'not_found', 404)
    expectProblem(await send('PATCH', `/api/users/${user.id}`, { name: 'Ghost' }), 'not_found', 404)
  })

  it('are not removed while they own environments', async () => {
    const user = await createUser(server())
    const environmentId = await createEnvironmentRow(server(), user.id)
    const problem = expectProblem(await send('DELETE', `/api/users/${user.id}`), 'environment_busy', 409)
    expect(problem.detail).toContain('1 environment')
    const { db } = server().database
    await db.deleteFrom('environments').where('id', '=', environmentId).execute()
    readBody(await send('DELETE', `/api/users/${user.id}`), Success)
  })

  it.each([
    ['an unknown field', { ...newUser(), isAdmin: true }, '/isAdmin'],
    ['a short password', { ...newUser(), password: 'short' }, '/password'],
    ['an address that is none', { ...newUser(), email: 'nobody' }, '/email'],
    ['an unknown role', { ...newUser(), role: 'root' }, '/role'],
    ['a name with control characters', { ...newUser(), name: 'a\u0000b' }, '/name'],
    ['a name of spaces', { ...newUser(), name: '   ' }, '/name'],
  ])('are refused with %s', async (_what, payload, pointer) => {
    const problem = expectProblem(await send('POST', '/api/users', payload), 'validation_failed', 400)
    expect(new Set(problem.errors?.map((error) => error.pointer))).toEqual(new Set([pointer]))
  })
})

describe('the last admin', () => {
  it.each([{ role: 'member' }, { disabled: true }])('cannot be changed to %o', async (payload) => {
    const alone = await buildTestApp()
    const only = await signIn(alone, { role: 'admin' })
    await createUser(alone, { role: 'admin', disabled: true })
    const answer = await alone.app.inject({
      method: 'PATCH',
      url: `/api/users/${only.id}`,
      headers: only.headers,
      payload,
    })
    expectProblem(answer, 'last_admin', 409)
    await alone.close()
  })

  it('cannot be removed', async () => {
    const alone = await buildTestApp()
    const only = await signIn(alone, { role: 'admin' })
    const answer = await alone.app.inject({ method: 'DELETE', url: `/api/users/${only.id}`, headers: only.headers })
    expectProblem(answer, 'last_admin', 409)
    await alone.close()
  })

  it('remains when two admins demote each other at the same moment', async () => {
    const pair = await buildTestApp()
    const [one, other] = [await signIn(pair, { role: 'admin' }), await signIn(pair, { role: 'admin' })]
    const demote = (by: SignedInUser, whom: SignedInUser) =>
      pair.users.updateUser({ type: 'user', userId: by.id, role: 'admin', authSessionId: randomUUID() }, whom.id, {
        role: 'member',
      })
    const outcomes = await Promise.allSettled([demote(one, other), demote(other, one)])
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected'])
    const admins = await pair.database.db.selectFrom('users').select('id').where('role', '=', 'admin').execute()
    expect(admins).toHaveLength(1)
    await pair.close()
  })
})
