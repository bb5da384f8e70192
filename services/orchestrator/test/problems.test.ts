import { connect } from 'node:net'
import { Problem, SignedIn } from '@craftastic/contract'
import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { signIn, testPassword, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const lines: string[] = []
const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
const server = useTestApp({ log })

let admin: SignedInUser
let port: number
beforeAll(async () => {
  admin = await signIn(server(), { role: 'admin' })
  port = Number(new URL(await server().app.listen({ host: '127.0.0.1', port: 0 })).port)
})

function post(url: string, payload: string, contentType = 'application/json') {
  return server().app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': contentType, ...admin.headers },
  })
}

describe('a body', () => {
  it.each([
    ['that is no JSON', '{"email": '],
    ['that is empty', ''],
    ['with a forbidden key', '{"__proto__": {"role": "admin"}}'],
    ['with a forbidden constructor', '{"constructor": {"prototype": {}}}'],
  ])('%s answers 400 malformed_request', async (_what, payload) => {
    expectProblem(await post('/api/users', payload), 'malformed_request', 400)
  })

  it.each([
    ['that is a list', '[]'],
    ['that is a word', '"hello"'],
    ['that is null', 'null'],
  ])('%s answers 400 validation_failed', async (_what, payload) => {
    expectProblem(await post('/api/users', payload), 'validation_failed', 400)
  })

  it('that is missing answers 400', async () => {
    const answer = await server().app.inject({ method: 'POST', url: '/api/users', headers: admin.headers })
    expectProblem(answer, 'validation_failed', 400)
  })

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'text/json',
  ])('as %s answers 415', async (contentType) => {
    const problem = expectProblem(await post('/api/users', '{}', contentType), 'unsupported_media_type', 415)
    expect(problem.detail).toContain(contentType.split(';')[0])
  })

  it('over the limit answers 413 with the limit', async () => {
    const problem = expectProblem(await post('/api/users', JSON.stringify('x'.repeat(300_000))), 'body_too_large', 413)
    expect(problem.detail).toContain('262144')
  })

  it('that breaks several rules names each field once, by pointer', async () => {
    const answer = await post('/api/users', JSON.stringify({ email: 'nobody', password: 'short', 'a/b': 1 }))
    const problem = expectProblem(answer, 'validation_failed', 400)
    expect(problem.errors?.map(({ pointer }) => pointer).sort()).toEqual(['/a~1b', '/email', '/name', '/password'])
    expect(problem.detail).toContain('/email')
    expect(answer.body).not.toContain('short')
  })
})

describe('a path', () => {
  it('that is no id answers 400 and names it', async () => {
    const answer = await server().app.inject({ method: 'DELETE', url: '/api/users/1', headers: admin.headers })
    const problem = expectProblem(answer, 'validation_failed', 400)
    expect(problem.errors?.[0]?.pointer).toBe('/userId')
  })

  it.each(['/api', '/api/', '/api/nothing', '/api/users/1/2/3'])('%s that nobody takes answers 404', async (url) => {
    const problem = expectProblem(await server().app.inject({ url }), 'not_found', 404)
    expect(problem.instance).toBe(url)
  })

  it('outside the API answers a problem too, unless a browser opens a page', async () => {
    expectProblem(await server().app.inject({ method: 'POST', url: '/nothing' }), 'not_found', 404)
    expectProblem(await server().app.inject({ url: '/missing.js', headers: { accept: '*/*' } }), 'not_found', 404)
  })

  it('that cannot be decoded answers 400', async () => {
    const answer = await server().app.inject({ url: '/api/users/%c3%28' })
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(Problem.parse(answer.json())).toMatchObject({ code: 'malformed_request', status: 400 })
  })

  it('with the wrong method answers 404', async () => {
    expectProblem(await server().app.inject({ method: 'PUT', url: '/api/users' }), 'not_found', 404)
  })
})

/** Sends bytes as they are and reads the answer to its end. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const chunks: Buffer[] = []
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()))
  })
}

function readRawProblem(answer: string): Problem {
  expect(answer).toMatch(/content-type: application\/problem\+json/i)
  return Problem.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)))
}

describe('bytes', () => {
  it('that are no HTTP answer 400', async () => {
    expect(readRawProblem(await sendRaw('hello\r\n\r\n'))).toMatchObject({ status: 400, code: 'malformed_request' })
  })

  it('with too many headers answer 431', async () => {
    const answer = await sendRaw(`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`)
    expect(readRawProblem(answer)).toMatchObject({ status: 431, code: 'malformed_request' })
  })
})

describe('a defect', () => {
  it('answers a fixed text, and is in the log once under the id of the request', async () => {
    lines.length = 0
    const { db } = server().database
    await sql`alter table users rename to hidden_users`.execute(db)
    try {
      const answer = await server().app.inject({ url: '/api/auth/me', headers: admin.headers })
      const problem = expectProblem(answer, 'internal', 500)
      expect(answer.body).not.toMatch(/column|select|users|stack|\.ts/)
      const failures = lines.filter((line) => line.includes('request failed'))
      expect(failures).toHaveLength(1)
      expect(failures[0]).toContain(problem.requestId)
      expect(failures[0]).toContain('does not exist')
    } finally {
      await sql`alter table hidden_users rename to users`.execute(db)
    }
  })

  it('is also an answer outside of the contract', async () => {
    lines.length = 0
    const { db } = server().database
    await sql`alter table users rename column name to renamed`.execute(db)
    try {
      expectProblem(await server().app.inject({ url: '/api/auth/me', headers: admin.headers }), 'internal', 500)
      expect(lines.filter((line) => line.includes('ResponseSerializationError'))).toHaveLength(1)
    } finally {
      await sql`alter table users rename column renamed to name`.execute(db)
    }
  })
})

describe('every answer of the API', () => {
  it('is never stored, carries its id and the security headers, errors included', async () => {
    const good = await post('/api/auth/login', JSON.stringify({ email: admin.email, password: testPassword }))
    readBody(good, SignedIn)
    const bad = await server().app.inject({ url: '/api/nothing' })
    for (const answer of [good, bad]) {
      expect(answer.headers['cache-control']).toBe('no-store')
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
      expect(answer.headers['x-content-type-options']).toBe('nosniff')
      expect(answer.headers['referrer-policy']).toBe('no-referrer')
      expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin')
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
      expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(answer.headers['content-security-policy']).not.toContain("script-src 'self' 'unsafe-inline'")
      expect(answer.headers).not.toHaveProperty('strict-transport-security')
    }
  })

  it('does not take its id from the request, nor a policy from the Host', async () => {
    const answer = await server().app.inject({
      url: '/api/nothing',
      headers: { 'x-request-id': 'mine', host: "x; script-src 'unsafe-inline'" },
    })
    expect(answer.headers['x-request-id']).not.toBe('mine')
    expect(answer.headers['content-security-policy']).not.toContain("script-src 'unsafe-inline'")
  })
})
