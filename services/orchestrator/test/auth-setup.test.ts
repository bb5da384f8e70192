import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SetupState, SignedIn, User } from '@craftastic/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectProblem, readBody } from './harness/http.ts'
import { buildTestApp, type TestApp } from './harness/test-app.ts'

let server: TestApp
beforeEach(async () => {
  server = await buildTestApp()
})
afterEach(() => server.close())

const ada = { name: 'Ada', email: 'ada@example.org', password: 'a long enough password' }

function setUp(payload: object, remoteAddress = '10.0.0.1') {
  return server.app.inject({ method: 'POST', url: '/api/auth/setup', payload, remoteAddress })
}

async function readSetupRequired(): Promise<boolean> {
  return readBody(await server.app.inject({ url: '/api/auth/setup' }), SetupState).setupRequired
}

function readTokenFile(): string {
  return readFileSync(join(server.config.dataDir, 'setup-token'), 'utf8').trim()
}

async function prepareToken(): Promise<string> {
  const token = await server.auth.prepareFirstAdmin(null)
  if (token === null) throw new Error('There are users already')
  return token
}

describe('the first admin', () => {
  it('is made with the token, is signed in, and uses the token up', async () => {
    const token = await prepareToken()
    expect(readTokenFile()).toBe(token)
    expect(statSync(join(server.config.dataDir, 'setup-token')).mode & 0o777).toBe(0o600)
    expect(await readSetupRequired()).toBe(true)

    const signedIn = readBody(await setUp({ ...ada, token }), SignedIn, 201)
    expect(signedIn.user).toMatchObject({ email: ada.email, name: 'Ada', role: 'admin', disabled: false })
    const me = await server.app.inject({
      url: '/api/auth/me',
      headers: { authorization: `Bearer ${signedIn.accessToken}` },
    })
    expect(readBody(me, User).role).toBe('admin')

    expect(await readSetupRequired()).toBe(false)
    expect(() => readTokenFile()).toThrow()
    expectProblem(await setUp({ ...ada, email: 'eve@example.org', token }), 'not_found', 404)
  })

  it('is the same token at the next start', async () => {
    expect(await prepareToken()).toBe(await prepareToken())
  })

  it('needs the right token', async () => {
    await prepareToken()
    expectProblem(await setUp({ ...ada, token: 'guess' }), 'wrong_setup_token', 403)
    expect(await readSetupRequired()).toBe(true)
  })

  it('cannot be claimed when no token was ever made', async () => {
    expectProblem(await setUp({ ...ada, token: 'guess' }), 'wrong_setup_token', 403)
  })

  it('is one, however many claim it at once', async () => {
    const token = await prepareToken()
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        setUp({ ...ada, email: `admin${index}@example.org`, token }, `10.0.1.${index}`),
      ),
    )
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([201, 404, 404, 404, 404, 404])
    const users = await server.database.db.selectFrom('users').selectAll().execute()
    expect(users).toHaveLength(1)
  })

  it('has guesses limited', async () => {
    await prepareToken()
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expectProblem(await setUp({ ...ada, token: `guess ${attempt}` }), 'wrong_setup_token')
    }
    const refused = await setUp({ ...ada, token: 'guess 10' })
    expectProblem(refused, 'rate_limited', 429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  })
})

describe('an admin from the configuration', () => {
  const admin = { email: 'root@example.org', password: 'a configured password' }

  it('is made when there is nobody, and no token with it', async () => {
    expect(await server.auth.prepareFirstAdmin(admin)).toBeNull()
    expect(() => readTokenFile()).toThrow()
    const answer = await server.app.inject({ method: 'POST', url: '/api/auth/login', payload: admin })
    expect(readBody(answer, SignedIn).user.role).toBe('admin')
  })

  it('changes nothing when there is somebody', async () => {
    await server.auth.prepareFirstAdmin(admin)
    const later = { email: 'other@example.org', password: 'another password' }
    expect(await server.auth.prepareFirstAdmin(later)).toBeNull()
    expect(await server.auth.prepareFirstAdmin({ ...admin, password: 'a changed password' })).toBeNull()
    const users = await server.database.db.selectFrom('users').select('email').execute()
    expect(users).toEqual([{ email: admin.email }])
    const answer = await server.app.inject({ method: 'POST', url: '/api/auth/login', payload: admin })
    readBody(answer, SignedIn)
  })

  it('is one when two servers start at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => server.auth.prepareFirstAdmin(admin)))
    expect(await server.database.db.selectFrom('users').selectAll().execute()).toHaveLength(1)
  })
})
