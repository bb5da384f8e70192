import { SignedIn, User } from '@craftastic/contract'
import { sql } from 'kysely'
import { describe, expect, it, vi } from 'vitest'
import { hashRefreshToken } from '../src/lib/refresh-tokens.ts'
import { signIn, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody, readCookies } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
const origin = 'http://localhost:80'

function refresh(refreshToken: string) {
  return server().app.inject({ method: 'POST', url: '/api/auth/refresh', payload: { refreshToken } })
}

function refreshByCookie(refreshToken: string) {
  return server().app.inject({
    method: 'POST',
    url: '/api/auth/refresh',
    payload: {},
    cookies: { craftastic_refresh: refreshToken },
    headers: { origin: 'http://localhost', host: 'localhost' },
  })
}

async function rotate(refreshToken: string): Promise<string> {
  return readBody(await refresh(refreshToken), SignedIn).refreshToken
}

function readSession(user: SignedInUser) {
  return server()
    .database.db.selectFrom('auth_sessions')
    .selectAll()
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow()
}

async function makeRotationOlder(user: SignedInUser, seconds: number): Promise<void> {
  await server()
    .database.db.updateTable('auth_sessions')
    .set({ rotated_at: sql<Date>`rotated_at - make_interval(secs => ${seconds})` })
    .where('user_id', '=', user.id)
    .execute()
}

async function expectSignedOut(user: SignedInUser): Promise<void> {
  expectProblem(await server().app.inject({ url: '/api/auth/me', headers: user.headers }), 'not_signed_in', 401)
}

describe('refresh', () => {
  it('rotates the token and keeps only its hash', async () => {
    const user = await signIn(server())
    const first = user.signedIn.refreshToken
    const signedIn = readBody(await refresh(first), SignedIn)
    expect(signedIn.refreshToken).not.toBe(first)
    const me = await server().app.inject({
      url: '/api/auth/me',
      headers: { authorization: `Bearer ${signedIn.accessToken}` },
    })
    expect(readBody(me, User).id).toBe(user.id)
    const session = await readSession(user)
    expect(session.refresh_token_hash).toBe(hashRefreshToken(signedIn.refreshToken))
    expect(session.previous_refresh_token_hash).toBe(hashRefreshToken(first))
    expect(JSON.stringify(session)).not.toContain(signedIn.refreshToken)
    const days = (session.expires_at.getTime() - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(29.9)
    expect(days).toBeLessThan(30.1)
  })

  it('gives two tabs that ask at the same moment the same token, and neither is signed out', async () => {
    const user = await signIn(server())
    const answers = await Promise.all(Array.from({ length: 4 }, () => refresh(user.signedIn.refreshToken)))
    const tokens = answers.map((answer) => readBody(answer, SignedIn).refreshToken)
    expect(new Set(tokens).size).toBe(1)
    expect(await rotate(tokens[0] ?? '')).not.toBe(tokens[0])
    readBody(await server().app.inject({ url: '/api/auth/me', headers: user.headers }), User)
  })

  it('repairs a lost reply: the old token within 30 seconds brings the very token that is in force', async () => {
    const user = await signIn(server())
    const lost = await rotate(user.signedIn.refreshToken)
    await makeRotationOlder(user, 25)
    const repaired = await rotate(user.signedIn.refreshToken)
    expect(repaired).toBe(lost)
    await makeRotationOlder(user, 3600)
    expect(await rotate(repaired)).not.toBe(repaired)
  })

  it('repairs the browser as well, by setting the same cookies', async () => {
    const user = await signIn(server())
    const lost = readCookies(await refreshByCookie(user.signedIn.refreshToken)).get('craftastic_refresh')?.value
    const repaired = readCookies(await refreshByCookie(user.signedIn.refreshToken)).get('craftastic_refresh')?.value
    expect(lost).toBeTruthy()
    expect(repaired).toBe(lost)
  })

  it('ends the session when the previous token comes after the 30 seconds', async () => {
    const user = await signIn(server())
    const current = await rotate(user.signedIn.refreshToken)
    await makeRotationOlder(user, 31)
    expectProblem(await refresh(user.signedIn.refreshToken), 'not_signed_in', 401)
    expectProblem(await refresh(current), 'not_signed_in', 401)
    await expectSignedOut(user)
  })

  it('ends the session when an older token comes, however soon', async () => {
    const user = await signIn(server())
    const current = await rotate(await rotate(user.signedIn.refreshToken))
    expectProblem(await refresh(user.signedIn.refreshToken), 'not_signed_in', 401)
    expectProblem(await refresh(current), 'not_signed_in', 401)
    await expectSignedOut(user)
  })

  it('counts a revocation by another server within 5 seconds', async () => {
    const user = await signIn(server())
    const me = () => server().app.inject({ url: '/api/auth/me', headers: user.headers })
    readBody(await me(), User)
    const { db } = server().database
    await db
      .updateTable('auth_sessions')
      .set({ revoked_at: sql<Date>`now()` })
      .where('user_id', '=', user.id)
      .execute()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_001 })
    expectProblem(await me(), 'not_signed_in', 401)
    vi.useRealTimers()
  })

  it('leaves other sessions of the same user alone', async () => {
    const user = await signIn(server())
    const other = await signIn(server(), user)
    await rotate(await rotate(user.signedIn.refreshToken))
    expectProblem(await refresh(user.signedIn.refreshToken), 'not_signed_in')
    readBody(await server().app.inject({ url: '/api/auth/me', headers: other.headers }), User)
  })

  it('tells listeners of an ended session', async () => {
    const user = await signIn(server())
    const { id } = await readSession(user)
    const listener = vi.fn()
    const stop = server().authSessions.onRevoked(listener)
    await rotate(await rotate(user.signedIn.refreshToken))
    expectProblem(await refresh(user.signedIn.refreshToken), 'not_signed_in')
    stop()
    expect(listener.mock.calls).toEqual([[id, 'reuse']])
  })

  it('refuses what is not a token of this server, and ends nothing by it', async () => {
    const user = await signIn(server())
    const token = user.signedIn.refreshToken
    const forged = (token.startsWith('A') ? 'B' : 'A') + token.slice(1)
    for (const wrong of ['x', forged, token.slice(0, -4), `${token}AAAA`, user.signedIn.accessToken.slice(0, 200)]) {
      expectProblem(await refresh(wrong), 'not_signed_in', 401)
    }
    await rotate(token)
  })

  it('refuses an expired session and one of a disabled user', async () => {
    const [expired, disabled] = [await signIn(server()), await signIn(server())]
    const { db } = server().database
    await db
      .updateTable('auth_sessions')
      .set({ expires_at: sql<Date>`now()` })
      .where('user_id', '=', expired.id)
      .execute()
    await db
      .updateTable('users')
      .set({ disabled_at: sql<Date>`now()` })
      .where('id', '=', disabled.id)
      .execute()
    expectProblem(await refresh(expired.signedIn.refreshToken), 'not_signed_in', 401)
    expectProblem(await refresh(disabled.signedIn.refreshToken), 'not_signed_in', 401)
  })

  it('needs a token in the body or the cookies, and no body at all', async () => {
    expectProblem(await server().app.inject({ method: 'POST', url: '/api/auth/refresh' }), 'not_signed_in', 401)
    const user = await signIn(server())
    const bare = await server().app.inject({
      method: 'POST',
      url: '/api/auth/refresh',
      cookies: { craftastic_refresh: user.signedIn.refreshToken },
      headers: { origin: 'http://localhost', host: 'localhost' },
    })
    readBody(bare, SignedIn)
  })

  it('sets no cookies for a token from the body', async () => {
    const user = await signIn(server())
    expect((await refresh(user.signedIn.refreshToken)).cookies).toEqual([])
  })

  it('takes a cookie only from a page of this origin', async () => {
    const user = await signIn(server())
    const send = (headers: Record<string, string>) =>
      server().app.inject({
        method: 'POST',
        url: '/api/auth/refresh',
        payload: {},
        cookies: { craftastic_refresh: user.signedIn.refreshToken },
        headers,
      })
    expectProblem(await send({}), 'origin_not_allowed', 403)
    expectProblem(await send({ origin: 'https://evil.example', host: 'localhost' }), 'origin_not_allowed', 403)
    readBody(await send({ origin: 'http://localhost', host: new URL(origin).host }), SignedIn)
  })
})

describe('logout', () => {
  function logout(headers: Record<string, string>, cookies: Record<string, string> = {}) {
    return server().app.inject({ method: 'POST', url: '/api/auth/logout', headers, cookies })
  }

  it('ends the session of a bearer token at once', async () => {
    const user = await signIn(server())
    const listener = vi.fn()
    const stop = server().authSessions.onRevoked(listener)
    readBody(await server().app.inject({ url: '/api/auth/me', headers: user.headers }), User)
    expect((await logout(user.headers)).statusCode).toBe(204)
    stop()
    await expectSignedOut(user)
    expectProblem(await refresh(user.signedIn.refreshToken), 'not_signed_in', 401)
    expect(listener).toHaveBeenCalledExactlyOnceWith((await readSession(user)).id, 'logout')
  })

  it('works by the refresh cookie alone and clears both cookies', async () => {
    const user = await signIn(server())
    const answer = await logout(
      { origin: 'http://localhost', host: 'localhost' },
      { craftastic_refresh: user.signedIn.refreshToken },
    )
    expect(answer.statusCode).toBe(204)
    expect(answer.body).toBe('')
    const cookies = readCookies(answer)
    expect(cookies.get('craftastic_session')).toMatchObject({ value: '', maxAge: 0 })
    expect(cookies.get('craftastic_refresh')).toMatchObject({ value: '', maxAge: 0, path: '/api/auth' })
    await expectSignedOut(user)
  })

  it('is not for other pages to trigger', async () => {
    const user = await signIn(server())
    const cookies = { craftastic_session: user.signedIn.accessToken, craftastic_refresh: user.signedIn.refreshToken }
    expectProblem(
      await logout({ origin: 'https://evil.example', host: 'localhost' }, cookies),
      'origin_not_allowed',
      403,
    )
    expectProblem(await logout({}, cookies), 'origin_not_allowed', 403)
    readBody(await server().app.inject({ url: '/api/auth/me', headers: user.headers }), User)
  })

  it('is no error without a sign-in', async () => {
    expect((await logout({})).statusCode).toBe(204)
    expect((await logout({ authorization: 'Bearer nonsense' })).statusCode).toBe(204)
  })
})
