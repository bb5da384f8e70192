import { Readiness } from '@craftastic/contract'
import { describe, expect, inject, it } from 'vitest'
import { signIn } from './harness/builders.ts'
import { openProxy } from '@craftastic/testing/cuttable-proxy'
import { expectProblem, readBody } from './harness/http.ts'
import { buildTestApp } from './harness/test-app.ts'

const proxyToDatabase = () => openProxy(Number(new URL(inject('templateUrl')).port))

describe('while the database cannot be reached', () => {
  it('requests answer 503 with words, and work again afterwards', async () => {
    const proxy = await proxyToDatabase()
    const ready = async () => null
    const server = await buildTestApp({ databasePort: proxy.port, domain: { checks: { engine: ready, image: ready } } })
    const user = await signIn(server)
    const me = () => server.app.inject({ url: '/api/auth/me', headers: user.headers })
    const readiness = async (status: number) => readBody(await server.app.inject({ url: '/readyz' }), Readiness, status)
    expect(await readiness(200)).toMatchObject({ ready: true, parts: { database: { ready: true } } })

    await proxy.cut()
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const refused = await me()
      expect(expectProblem(refused, 'database_unavailable', 503).detail).toContain('database')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(await readiness(503)).toMatchObject({
      ready: false,
      parts: { database: { ready: false }, engine: { ready: true } },
    })
    expect((await server.app.inject({ url: '/healthz' })).statusCode).toBe(200)

    await proxy.open()
    expect((await me()).statusCode).toBe(200)
    expect((await readiness(200)).ready).toBe(true)
    await server.close()
    await proxy.cut()
  })

  it('a transaction that is cut in the middle fails alone: the process lives', async () => {
    const proxy = await proxyToDatabase()
    const server = await buildTestApp({ databasePort: proxy.port })
    const { db } = server.database
    const cut = db.transaction().execute(async (trx) => {
      await trx.selectFrom('users').select('id').execute()
      // The connection breaks while it is borrowed and idle.
      await proxy.cut()
      await proxy.open()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await trx.selectFrom('users').select('id').execute()
    })
    await expect(cut).rejects.toThrow()
    expect(await db.selectFrom('users').select('id').execute()).toEqual([])
    await server.close()
    await proxy.cut()
  })
})

describe('/readyz', () => {
  it('says which part is not ready, in words, and never what an error carries', async () => {
    const server = await buildTestApp({
      domain: {
        checks: {
          engine: () => Promise.reject(new Error('connect ECONNREFUSED /var/run/secret.sock')),
          image: async () => 'the engine does not have the image "x"',
        },
      },
    })
    const answer = await server.app.inject({ url: '/readyz' })
    expect(readBody(answer, Readiness, 503).parts).toEqual({
      database: { ready: true, reason: null },
      engine: { ready: false, reason: 'does not answer' },
      image: { ready: false, reason: 'the engine does not have the image "x"' },
    })
    await server.close()
  })

  it('does not wait for a part that hangs', async () => {
    const hang = () => new Promise<null>(() => {})
    const server = await buildTestApp({ domain: { checks: { engine: hang, image: async () => null } } })
    const before = Date.now()
    const answer = await server.app.inject({ url: '/readyz' })
    expect(readBody(answer, Readiness, 503).parts.engine.reason).toContain('did not answer within')
    expect(Date.now() - before).toBeLessThan(5_000)
    await server.close()
  })
})
