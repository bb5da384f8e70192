import { randomUUID } from 'node:crypto'
import { Success, User } from '@craftastic/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createUser, signIn, testPassword, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const friend = 'https://friend.example.org'
const server = useTestApp({ env: { CORS_ORIGIN: friend, TRUST_PROXY: '127.0.0.1' } })

let admin: SignedInUser
let base: string
beforeAll(async () => {
  admin = await signIn(server(), { role: 'admin' })
  base = await server().app.listen({ host: '127.0.0.1', port: 0 })
})

interface Asking {
  by: 'cookie' | 'bearer'
  headers?: Record<string, string>
}

/** A request that changes something, by an admin. */
async function removeUser({ by, headers = {} }: Asking) {
  const { id } = await createUser(server())
  const credentials =
    by === 'bearer'
      ? { headers: { host: 'localhost', ...headers, ...admin.headers } }
      : { headers: { host: 'localhost', ...headers }, cookies: { craftastic_session: admin.signedIn.accessToken } }
  return server().app.inject({ method: 'DELETE', url: `/api/users/${id}`, ...credentials })
}

describe('a change that is authorised by a cookie', () => {
  it('needs an Origin', async () => {
    expectProblem(await removeUser({ by: 'cookie' }), 'origin_not_allowed', 403)
  })

  it.each([
    'https://evil.example',
    'http://localhost:8080',
    'https://localhost',
    'http://localhost.evil.example',
    'null',
  ])('is refused from %s', async (origin) => {
    const problem = expectProblem(await removeUser({ by: 'cookie', headers: { origin } }), 'origin_not_allowed', 403)
    expect(problem.detail).toContain('TRUST_PROXY')
  })

  it.each(['http://localhost', friend])('works from %s', async (origin) => {
    readBody(await removeUser({ by: 'cookie', headers: { origin } }), Success)
  })

  it('compares with the host and protocol that a trusted proxy tells', async () => {
    const { id } = await createUser(server())
    const answer = await server().app.inject({
      method: 'DELETE',
      url: `/api/users/${id}`,
      cookies: { '__Host-craftastic_session': admin.signedIn.accessToken },
      headers: {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'craft.example.org',
        origin: 'https://craft.example.org',
      },
    })
    readBody(answer, Success)
  })
})

describe('otherwise', () => {
  it('a bearer token needs no Origin and is not bothered by one', async () => {
    readBody(await removeUser({ by: 'bearer' }), Success)
    readBody(await removeUser({ by: 'bearer', headers: { origin: 'https://evil.example' } }), Success)
  })

  it('reading by cookie needs no Origin', async () => {
    const me = await server().app.inject({
      url: '/api/auth/me',
      cookies: { craftastic_session: admin.signedIn.accessToken },
    })
    readBody(me, User)
  })

  it('another page cannot sign anybody in', async () => {
    const user = await createUser(server())
    const answer = await server().app.inject({
      method: 'POST',
      url: '/api/auth/login',
      payload: { email: user.email, password: testPassword },
      headers: { origin: 'https://evil.example', host: 'localhost' },
    })
    expectProblem(answer, 'origin_not_allowed', 403)
    expect(answer.cookies).toEqual([])
  })

  it('only the named origins may read answers', async () => {
    const ask = (origin: string) => server().app.inject({ url: '/api/auth/setup', headers: { origin } })
    expect((await ask(friend)).headers['access-control-allow-origin']).toBe(friend)
    expect((await ask('https://evil.example')).headers['access-control-allow-origin']).not.toBe('https://evil.example')
  })
})

/** Status of a refused upgrade, or the close code of one that came through. */
function openSocket(headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/api/terminal/ws/${randomUUID()}`, { headers })
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('close', (code) => resolve(code))
    socket.on('error', reject)
  })
}

describe('a WebSocket upgrade', () => {
  const cookie = () => ({ cookie: `craftastic_session=${admin.signedIn.accessToken}` })

  it('is refused to a stranger', async () => {
    expect(await openSocket({})).toBe(401)
  })

  it('with a cookie needs this server as its Origin', async () => {
    expect(await openSocket(cookie())).toBe(403)
    expect(await openSocket({ ...cookie(), origin: 'https://evil.example' })).toBe(403)
    // Past the gate: the session does not exist.
    expect(await openSocket({ ...cookie(), origin: base })).toBe(404)
    expect(await openSocket({ ...cookie(), origin: friend })).toBe(404)
  })

  it('with a bearer token needs no Origin, but no other page may use it', async () => {
    expect(await openSocket(admin.headers)).toBe(404)
    expect(await openSocket({ ...admin.headers, origin: base })).toBe(404)
    expect(await openSocket({ ...admin.headers, origin: 'https://evil.example' })).toBe(403)
  })
})

afterAll(() => {
  expect(server().app.websocketServer.clients.size).toBe(0)
})
