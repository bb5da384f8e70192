import { randomUUID } from 'node:crypto'
import { Environment, SignedIn, User } from '@craftastic/contract'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createIdempotency, deleteOldKeys } from '../src/lib/idempotency.ts'
import { createUser, signIn, testPassword, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { buildTestApp, useTestApp } from './harness/test-app.ts'

const server = useTestApp()

let admin: SignedInUser
let key: string
beforeAll(async () => {
  admin = await signIn(server(), { role: 'admin' })
})
beforeEach(() => {
  key = randomUUID()
})

function post(url: string, payload: object, as = admin, idempotencyKey = key) {
  const headers = { ...as.headers, 'idempotency-key': idempotencyKey }
  return server().app.inject({ method: 'POST', url, headers, payload })
}

function newUser() {
  return { email: `${randomUUID().slice(0, 8)}@example.org`, name: 'New User', password: testPassword }
}

const newEnvironment = () => ({ name: `env-${randomUUID().slice(0, 8)}` })

function keptRow() {
  return server().database.db.selectFrom('idempotency_keys').selectAll().where('key', '=', key)
}

function makeOlder(hours: number) {
  const created_at = new Date(Date.now() - hours * 3_600_000)
  return server().database.db.updateTable('idempotency_keys').set({ created_at }).where('key', '=', key).execute()
}

describe('a repeated request', () => {
  it('gets the same answer and has no second effect', async () => {
    const input = newEnvironment()
    const first = await post('/api/environments', input)
    const again = await post('/api/environments', input)
    readBody(first, Environment, 202)
    expect(first.headers).not.toHaveProperty('idempotency-replayed')
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.statusCode).toBe(202)
    expect(again.json()).toEqual(first.json())
    expect(again.headers.location).toBe(first.headers.location)
    expect(again.headers['content-type']).toBe(first.headers['content-type'])
  })

  it('gets texts of git again that are no characters', async () => {
    const idempotency = createIdempotency({ db: server().database.db, secret: 'any' })
    const request = { userId: admin.id, key, method: 'POST', path: '/api/git/stage', body: { files: ['\udcff'] } }
    const body = { output: 'a\udcff\u0000b', escaped: '\\udcff' }
    const first = await idempotency.claim(request, () => true)
    if (!('claim' in first)) throw new Error('not the first one')
    await idempotency.storeAnswer(first.claim, { status: 200, body: JSON.stringify(body), location: null })
    expect(await idempotency.claim(request, () => true)).toEqual({ kept: { status: 200, body, location: null } })
  })

  it('waits for work that takes longer than a claim lasts', async () => {
    const { db } = server().database
    const idempotency = createIdempotency({ db, secret: 'any', waitMs: 100, renewMs: 20 })
    const request = { userId: admin.id, key, method: 'POST', path: '/api/git/commit', body: {} }
    const first = await idempotency.claim(request, () => true)
    if (!('claim' in first)) throw new Error('not the first one')
    const claimedAt = async () => (await keptRow().executeTakeFirstOrThrow()).claimed_at.getTime()
    const beganAt = await claimedAt()
    const letGo = idempotency.holdClaim(first.claim)
    await expect.poll(claimedAt).toBeGreaterThan(beganAt + 50)
    await expect(idempotency.claim(request, () => true)).rejects.toMatchObject({ code: 'request_in_progress' })
    await letGo()
    await idempotency.storeAnswer(first.claim, { status: 200, body: '{"done":true}', location: null })
    expect(await idempotency.claim(request, () => true)).toMatchObject({ kept: { body: { done: true } } })
  })

  it('is the same one whatever the order and the white space of its body', async () => {
    const { email, name, password } = newUser()
    readBody(await post('/api/users', { email, name, password }), User, 201)
    readBody(await post('/api/users', { password, name: `  ${name}`, email: email.toUpperCase() }), User, 201)
  })

  it('gets a refusal again, as it was', async () => {
    const input = newUser()
    await createUser(server(), { email: input.email })
    const first = await post('/api/users', input)
    const again = await post('/api/users', input)
    expectProblem(first, 'email_taken', 409)
    expect(again.statusCode).toBe(409)
    expect(again.headers['content-type']).toBe('application/problem+json')
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.json()).toEqual(first.json())
  })

  it('runs once when ten arrive at the same moment', async () => {
    const input = newEnvironment()
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/api/environments', input)))
    const ids = answers.map((answer) => readBody(answer, Environment, 202).id)
    expect(new Set(ids).size).toBe(1)
    expect(answers.filter((answer) => answer.headers['idempotency-replayed'] === 'true')).toHaveLength(9)
  })

  it('is refused with another body or on another route', async () => {
    const input = newEnvironment()
    readBody(await post('/api/environments', input), Environment, 202)
    const otherBody = await post('/api/environments', newEnvironment())
    expect(expectProblem(otherBody, 'idempotency_key_reused', 422).detail).toContain(key)
    expectProblem(await post('/api/users', newUser()), 'idempotency_key_reused', 422)
    readBody(await post('/api/environments', input), Environment, 202)
  })

  it('is a first one under the same key of somebody else', async () => {
    const other = await signIn(server())
    const input = newEnvironment()
    const mine = readBody(await post('/api/environments', input), Environment, 202)
    const theirs = await post('/api/environments', input, other)
    expect(theirs.headers).not.toHaveProperty('idempotency-replayed')
    expect(readBody(theirs, Environment, 202)).toMatchObject({ userId: other.id, name: mine.name })
  })

  it('runs again when the body was not valid the first time', async () => {
    expectProblem(await post('/api/users', { ...newUser(), email: 'nobody' }), 'validation_failed', 400)
    readBody(await post('/api/users', newUser()), User, 201)
  })
})

describe('a key', () => {
  it.each([
    ['', 'empty'],
    ['two words', 'with a space'],
    ['x'.repeat(256), 'too long'],
    ['schlüssel', 'not ASCII'],
  ])('is refused when it is %j (%s)', async (wrong) => {
    const problem = expectProblem(await post('/api/users', newUser(), admin, wrong), 'validation_failed', 400)
    expect(problem.detail).toContain('Idempotency-Key')
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/idempotency-key'])
  })

  it('counts for 24 hours', async () => {
    const input = newEnvironment()
    readBody(await post('/api/environments', input), Environment, 202)
    await makeOlder(23.9)
    await deleteOldKeys(server().database.db)
    expect((await post('/api/environments', input)).headers['idempotency-replayed']).toBe('true')
    await makeOlder(24.1)
    // The handler runs again, and finds the name taken.
    expectProblem(await post('/api/environments', input), 'name_taken', 409)
    await makeOlder(24.1)
    readBody(await post('/api/environments', newEnvironment()), Environment, 202)
    await makeOlder(24.1)
    await deleteOldKeys(server().database.db)
    expect(await keptRow().execute()).toEqual([])
  })

  it('keeps no secret: signing in ignores it, and bodies are not to be guessed from it', async () => {
    const input = newUser()
    readBody(await post('/api/users', input), User, 201)
    const login = { email: input.email, password: input.password }
    const [first, again] = [await post('/api/auth/login', login), await post('/api/auth/login', login)]
    expect(readBody(first, SignedIn).refreshToken).not.toBe(readBody(again, SignedIn).refreshToken)
    const [row, ...others] = await keptRow().execute()
    expect(others).toEqual([])
    expect(JSON.stringify(row)).not.toContain(input.password)
    expect(row?.fingerprint).toMatch(/^[\w-]{43}$/)
  })

  it('changes nothing on other methods', async () => {
    const headers = { ...admin.headers, 'idempotency-key': 'not a key' }
    const answer = await server().app.inject({ url: '/api/auth/me', headers })
    expect(answer.statusCode).toBe(200)
  })
})

it('is described for every POST that takes it, and for no other', async () => {
  const Parameters = z.array(z.object({ in: z.string(), name: z.string() })).default([])
  const Document = z.object({
    paths: z.record(
      z.string(),
      z.record(z.string(), z.object({ parameters: Parameters, security: z.array(z.json()) })),
    ),
  })
  const { paths } = Document.parse((await server().app.inject({ url: '/api/openapi.json' })).json())
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, { parameters, security }] of Object.entries(item)) {
      const isDescribed = parameters.some(({ in: place, name }) => place === 'header' && name === 'idempotency-key')
      expect(isDescribed, `${method} ${path}`).toBe(method === 'post' && security.length > 0)
    }
  }
  expect(paths['/api/environments']?.post?.parameters.map(({ name }) => name).sort()).toEqual([
    'idempotency-key',
    'prefer',
  ])
})

it('can be seen by the pages of other origins that may use the API', async () => {
  const origin = 'https://app.example.org'
  const open = await buildTestApp({ env: { CORS_ORIGIN: origin } })
  const url = '/api/environments'
  const preflight = await open.app.inject({
    method: 'OPTIONS',
    url,
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key' },
  })
  expect(preflight.headers['access-control-allow-headers']).toContain('idempotency-key')
  const answer = await open.app.inject({ method: 'POST', url, headers: { origin } })
  expect(answer.headers['access-control-expose-headers']).toContain('idempotency-replayed')
  await open.close()
})
