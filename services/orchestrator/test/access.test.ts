import { randomUUID } from 'node:crypto'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { requireAccessRules } from '../src/plugins/access.ts'
import { signIn } from './harness/builders.ts'
import { expectProblem } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()

/** Path parameters that are well-formed and belong to nobody. */
function fillParams(url: string): string {
  return url.replace(/:\w+/g, () => randomUUID()).replace('*', 'x')
}

function listRoutes() {
  return server().routes.flatMap(({ methods, url, access }) => methods.map((method) => ({ method, url, access })))
}

describe('the route table', () => {
  it('has an access rule for every route that the router knows', () => {
    const known = new Set(listRoutes().map(({ method, url }) => `${method} ${url}`))
    expect(known.size).toBeGreaterThan(20)
    for (const { method, url } of listRoutes()) {
      expect(server().app.hasRoute({ method, url }), `${method} ${url}`).toBe(true)
    }
    // Nothing got into the router past the table, but the twin that Fastify adds to a prefix's root. Routes with a star
    // are drawn without the middle of their path, so they are only counted.
    const printed = readPrintedRoutes(server().app.printRoutes({ commonPrefix: false }))
    const unknown = printed.filter((route) => !known.has(route) && !route.endsWith('*'))
    expect(unknown).toEqual(['GET /api/docs/'])
    const isStar = (route: string) => route.endsWith('*')
    expect(printed.filter(isStar)).toHaveLength([...known].filter(isStar).length)
  })

  it('opens exactly these routes to everybody', () => {
    const open = listRoutes().filter(({ method, access }) => access === 'public' && method !== 'HEAD')
    const ours = open.map(({ method, url }) => `${method} ${url}`).filter((route) => !route.includes('/api/docs'))
    expect(ours.filter((route) => route !== 'GET /*').sort()).toEqual([
      'GET /api/auth/setup',
      'GET /api/openapi.json',
      'GET /healthz',
      'GET /readyz',
      'POST /api/auth/login',
      'POST /api/auth/logout',
      'POST /api/auth/refresh',
      'POST /api/auth/setup',
    ])
  })

  it('answers 401 to a stranger on every other route, whatever else is wrong with the request', async () => {
    const closed = listRoutes().filter(({ access }) => access !== 'public' && access !== 'operator')
    expect(closed.length).toBeGreaterThan(10)
    for (const { method, url } of closed) {
      const answer = await server().app.inject({ method: method as 'GET', url: fillParams(url) })
      expect(answer.statusCode, `${method} ${url}`).toBe(401)
      if (method !== 'HEAD') expectProblem(answer, 'not_signed_in')
    }
  })

  it('opens exactly the metrics to the operator', () => {
    const routes = listRoutes().filter(({ access }) => access === 'operator')
    expect(routes.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /metrics', 'HEAD /metrics'])
  })

  it('answers 401 to a token that is not ours, is over, or belongs to nobody', async () => {
    const { app } = server()
    const claims = { sub: randomUUID(), sid: randomUUID(), jti: randomUUID() }
    const exp = Math.floor(Date.now() / 1000) + 600
    const tokens = {
      'of a session that does not exist': app.jwt.sign({ ...claims, exp }),
      over: app.jwt.sign({ ...claims, exp: exp - 1200 }),
      'without an end': app.jwt.sign(claims),
      'for another audience': app.jwt.sign({ ...claims, exp }, { aud: 'preview' }),
      'for a list of audiences': app.jwt.sign({ ...claims, exp }, { aud: ['api', 'preview'] }),
      'of another issuer': app.jwt.sign({ ...claims, exp }, { iss: 'somebody' }),
      'of another type': app.jwt.sign({ ...claims, exp }, { header: { alg: 'HS256', typ: 'JWT' } }),
      'with another algorithm': app.jwt.sign({ ...claims, exp }, { algorithm: 'HS512' }),
      unsigned: `${toBase64({ alg: 'none', typ: 'at+jwt' })}.${toBase64({ ...claims, exp, iss: 'craftastic', aud: 'api', iat: 1 })}.`,
      nonsense: 'nonsense',
    }
    for (const [what, token] of Object.entries(tokens)) {
      const answer = await app.inject({ url: '/api/auth/me', headers: { authorization: `Bearer ${token}` } })
      expect(answer.statusCode, what).toBe(401)
    }
  })

  it('answers 403 to a member on every route for admins', async () => {
    const member = await signIn(server())
    const forAdmins = listRoutes().filter(({ access }) => access === 'admin')
    expect(forAdmins.length).toBeGreaterThan(3)
    for (const { method, url } of forAdmins) {
      const answer = await server().app.inject({
        method: method as 'GET',
        url: fillParams(url),
        headers: member.headers,
      })
      expect(answer.statusCode, `${method} ${url}`).toBe(403)
    }
  })
})

describe('a route without a rule', () => {
  it('stops the start', async () => {
    const app = Fastify()
    requireAccessRules(app)
    expect(() => app.get('/forgotten', { schema: { operationId: 'forgotten' } }, () => 'open')).toThrow(
      'The route GET /forgotten has no access rule',
    )
    await app.close()
  })

  it('so does one without an operationId', async () => {
    const app = Fastify()
    requireAccessRules(app)
    expect(() => app.get('/nameless', { config: { access: 'public' } }, () => 'open')).toThrow('has no operationId')
    await app.close()
  })
})

function toBase64(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The leaves of Fastify's drawing of its routes, as `GET /path`. */
function readPrintedRoutes(tree: string): string[] {
  const parents: string[] = []
  return tree.split('\n').flatMap((line) => {
    const drawn = /^([│ ]*[├└]── )(\S+)(?: \((.+)\))?$/.exec(line)
    const depth = (drawn?.[1]?.length ?? 0) / 4 - 1
    if (drawn === null) return []
    const url = depth === 0 ? (drawn[2] ?? '') : `${parents[depth - 1]}${drawn[2]}`
    parents[depth] = url
    return drawn[3]?.split(', ').map((method) => `${method} ${url}`) ?? []
  })
}
