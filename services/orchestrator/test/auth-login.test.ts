import { SignedIn, User } from '@craftastic/contract'
import { hash } from '@node-rs/argon2'
import { describe, expect, it } from 'vitest'
import { needsRehash } from '../src/lib/passwords.ts'
import { createUser, signIn, testPassword } from './harness/builders.ts'
import { expectProblem, readBody, readCookies } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp({ env: { TRUST_PROXY: '127.0.0.1' } })

function login(payload: object, remoteAddress = randomAddress(), headers: Record<string, string> = {}) {
  return server().app.inject({ method: 'POST', url: '/api/auth/login', payload, remoteAddress, headers })
}

/** The limit per address is not what most tests are about. */
function randomAddress(): string {
  return `10.0.${Math.floor(Math.random() * 256)}.${Math.floor(Math.random() * 256)}`
}

describe('login', () => {
  it('answers the user, a working access token and its end', async () => {
    const user = await createUser(server(), { role: 'admin' })
    const before = Date.now()
    const signedIn = readBody(await login({ email: user.email, password: testPassword }), SignedIn)
    expect(signedIn.user).toMatchObject({ id: user.id, email: user.email, role: 'admin', disabled: false })
    expect(Date.parse(signedIn.expiresAt) - before).toBeGreaterThan(598_000)
    expect(Date.parse(signedIn.expiresAt) - before).toBeLessThan(602_000)
    const headers = { authorization: `Bearer ${signedIn.accessToken}` }
    const me = await server().app.inject({ url: '/api/auth/me', headers })
    expect(readBody(me, User).id).toBe(user.id)
  })

  it('takes the address in any case', async () => {
    const user = await createUser(server())
    readBody(await login({ email: user.email.toUpperCase(), password: testPassword }), SignedIn)
  })

  it('answers the same for an unknown address, a wrong password, a disabled user and one without a password', async () => {
    const known = await createUser(server())
    const disabled = await createUser(server(), { disabled: true })
    const passwordless = await createUser(server())
    await server()
      .database.db.updateTable('users')
      .set({ password_hash: null })
      .where('id', '=', passwordless.id)
      .execute()
    const answers = await Promise.all([
      login({ email: 'nobody@example.org', password: testPassword }),
      login({ email: known.email, password: 'not the password' }),
      login({ email: disabled.email, password: testPassword }),
      login({ email: passwordless.email, password: testPassword }),
    ])
    const problems = answers.map((answer) => expectProblem(answer, 'wrong_credentials', 401))
    expect(new Set(problems.map(({ detail, title }) => `${title} ${detail}`)).size).toBe(1)
    for (const answer of answers) expect(answer.cookies).toEqual([])
  })

  it('renews a hash that was made with weaker parameters', async () => {
    const user = await createUser(server())
    const weak = await hash(testPassword, { memoryCost: 8192, timeCost: 1, parallelism: 1 })
    const { db } = server().database
    await db.updateTable('users').set({ password_hash: weak }).where('id', '=', user.id).execute()
    expect(needsRehash(weak)).toBe(true)
    readBody(await login({ email: user.email, password: testPassword }), SignedIn)
    const row = await db.selectFrom('users').select('password_hash').where('id', '=', user.id).executeTakeFirstOrThrow()
    expect(row.password_hash).not.toBe(weak)
    expect(needsRehash(row.password_hash ?? '')).toBe(false)
    readBody(await login({ email: user.email, password: testPassword }), SignedIn)
  })

  it('slows guessing at one account down, from however many addresses, and says for how long', async () => {
    const user = await createUser(server())
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expectProblem(await login({ email: user.email, password: 'a wrong password' }), 'wrong_credentials')
    }
    const refused = await login({ email: user.email, password: testPassword })
    expectProblem(refused, 'rate_limited', 429)
    const retryAfter = Number(refused.headers['retry-after'])
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(60)
  })

  it('does not count successes against the account', async () => {
    const user = await createUser(server())
    for (let attempt = 0; attempt < 8; attempt += 1) {
      readBody(await login({ email: user.email, password: testPassword }), SignedIn)
    }
  })

  it('does not let a burst of guesses through before the first is counted', async () => {
    const user = await createUser(server())
    const burst = await Promise.all(
      Array.from({ length: 12 }, () => login({ email: user.email, password: 'a wrong password' })),
    )
    expect(burst.filter((answer) => answer.statusCode === 401)).toHaveLength(5)
    expect(burst.filter((answer) => answer.statusCode === 429)).toHaveLength(7)
  })

  it('limits attempts per address to 10 a minute', async () => {
    const address = '10.77.0.1'
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expectProblem(
        await login({ email: `guess${attempt}@example.org`, password: 'a wrong password' }, address),
        'wrong_credentials',
      )
    }
    const refused = await login({ email: 'guess10@example.org', password: 'a wrong password' }, address)
    expectProblem(refused, 'rate_limited', 429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('cookies', () => {
  const https = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'craft.example.org', host: 'craft.example.org' }

  it('are bare and httpOnly over http', async () => {
    const user = await createUser(server())
    const cookies = readCookies(await login({ email: user.email, password: testPassword }))
    expect([...cookies.keys()].sort()).toEqual(['craftastic_refresh', 'craftastic_session'])
    expect(cookies.get('craftastic_session')).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' })
    expect(cookies.get('craftastic_session')).not.toHaveProperty('secure')
    expect(cookies.get('craftastic_refresh')).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/api/auth' })
  })

  it('carry the binding prefixes over https', async () => {
    const user = await createUser(server())
    const answer = await login({ email: user.email, password: testPassword }, '127.0.0.1', https)
    const cookies = readCookies(answer)
    expect([...cookies.keys()].sort()).toEqual(['__Host-craftastic_session', '__Secure-craftastic_refresh'])
    const session = cookies.get('__Host-craftastic_session')
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict', path: '/' })
    expect(session).not.toHaveProperty('domain')
    expect(cookies.get('__Secure-craftastic_refresh')).toMatchObject({
      secure: true,
      httpOnly: true,
      path: '/api/auth',
    })
    expect(answer.headers['strict-transport-security']).toContain('max-age=31536000')
  })

  it('sign in, each under its own protocol only', async () => {
    const { signedIn } = await signIn(server())
    const plain = { craftastic_session: signedIn.accessToken }
    const bound = { '__Host-craftastic_session': signedIn.accessToken }
    const me = (cookies: Record<string, string>, headers: Record<string, string>) =>
      server().app.inject({ url: '/api/auth/me', cookies, headers, remoteAddress: '127.0.0.1' })
    readBody(await me(plain, {}), User)
    readBody(await me(bound, https), User)
    expectProblem(await me(plain, https), 'not_signed_in', 401)
    expectProblem(await me(bound, {}), 'not_signed_in', 401)
  })

  it('do not believe X-Forwarded-Proto from an address that is not a trusted proxy', async () => {
    const user = await createUser(server())
    const answer = await login({ email: user.email, password: testPassword }, '10.9.9.9', https)
    expect(readCookies(answer).has('craftastic_session')).toBe(true)
  })

  it('lose to a bearer token', async () => {
    const [one, other] = [await signIn(server()), await signIn(server())]
    const answer = await server().app.inject({
      url: '/api/auth/me',
      headers: one.headers,
      cookies: { craftastic_session: other.signedIn.accessToken },
    })
    expect(readBody(answer, User).id).toBe(one.id)
  })
})
