import { afterEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { NoContent, onSignedOut, request } from '@/api/client'
import { ApiError } from '@/api/errors'
import { renewSignIn } from '@/api/sign-in'
import { aProblem } from './fixtures'
import { ok, refusal, startFakeServer, type Call } from './fake-server'

const Answer = z.object({ value: z.number() })
const notSignedIn = () => refusal(aProblem({ code: 'not_signed_in', status: 401 }))

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
  onSignedOut(() => undefined)
})

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ApiError)) throw new Error('expected an ApiError')
  return error
}

describe('answers', () => {
  test('pass the schema, and the body goes out as JSON', async () => {
    const server = startFakeServer({ 'POST /api/x': () => ok({ value: 1, more: true }) })
    expect(await request('POST', '/api/x', { answer: Answer, body: { a: 1 } })).toEqual({ value: 1 })
    expect(server.calls[0]?.body).toEqual({ a: 1 })
  })

  test('without a body are fine where none is expected', async () => {
    startFakeServer({ 'POST /api/x': () => ({ status: 204 }) })
    expect(await request('POST', '/api/x', { answer: NoContent })).toBeUndefined()
  })

  test('outside the contract are an error, not a surprise later', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    startFakeServer({ 'GET /api/x': () => ok({ value: 'one' }) })
    expect((await failure(request('GET', '/api/x', { answer: Answer }))).code).toBe('unexpected_answer')
  })
})

describe('failures', () => {
  test('carry code, words, fields and Retry-After of the problem', async () => {
    const errors = [{ pointer: '/name', detail: 'is taken' }]
    const problem = aProblem({ code: 'rate_limited', status: 429, detail: 'Slow down.', errors })
    startFakeServer({ 'GET /api/x': () => refusal(problem, { 'retry-after': '42' }) })
    const error = await failure(request('GET', '/api/x', { answer: Answer }))
    expect(error).toMatchObject({
      code: 'rate_limited',
      status: 429,
      message: 'Slow down.',
      retryAfterSeconds: 42,
      requestId: 'r1',
      fields: errors,
    })
  })

  test('a server that is not there has a code of its own', async () => {
    startFakeServer({})
    expect((await failure(request('GET', '/api/x', { answer: Answer }))).code).toBe('server_unreachable')
  })

  test('a proxy that answers for a dead server means the same', async () => {
    startFakeServer({ 'GET /api/x': () => ({ status: 502, body: 'Bad Gateway' }) })
    expect((await failure(request('GET', '/api/x', { answer: Answer }))).code).toBe('server_unreachable')
  })
})

describe('an expired sign-in', () => {
  test('is renewed once and the request repeated', async () => {
    let signedIn = false
    const server = startFakeServer({
      'GET /api/x': () => (signedIn ? ok({ value: 2 }) : notSignedIn()),
      'POST /api/auth/refresh': () => {
        signedIn = true
        return ok({})
      },
    })
    expect(await request('GET', '/api/x', { answer: Answer })).toEqual({ value: 2 })
    expect(server.paths()).toEqual(['GET /api/x', 'POST /api/auth/refresh', 'GET /api/x'])
  })

  test('is renewed once for all requests of the tab that met it', async () => {
    let signedIn = false
    const server = startFakeServer({
      'GET /api/x': () => (signedIn ? ok({ value: 2 }) : notSignedIn()),
      'POST /api/auth/refresh': async () => {
        await new Promise((resolve) => setTimeout(resolve, 5))
        signedIn = true
        return ok({})
      },
    })
    await Promise.all([1, 2, 3, 4].map(() => request('GET', '/api/x', { answer: Answer })))
    expect(server.paths().filter((path) => path === 'POST /api/auth/refresh')).toHaveLength(1)
  })

  test('that cannot be renewed signs out, with one try', async () => {
    const signedOut = vi.fn()
    onSignedOut(signedOut)
    const server = startFakeServer({ 'GET /api/x': notSignedIn, 'POST /api/auth/refresh': notSignedIn })
    expect((await failure(request('GET', '/api/x', { answer: Answer }))).code).toBe('not_signed_in')
    expect(signedOut).toHaveBeenCalledTimes(1)
    expect(server.paths()).toEqual(['GET /api/x', 'POST /api/auth/refresh'])
  })

  test('does not loop when the renewed sign-in is refused as well', async () => {
    const signedOut = vi.fn()
    onSignedOut(signedOut)
    const server = startFakeServer({ 'GET /api/x': notSignedIn, 'POST /api/auth/refresh': () => ok({}) })
    await failure(request('GET', '/api/x', { answer: Answer }))
    expect(server.calls).toHaveLength(3)
    expect(signedOut).toHaveBeenCalledTimes(1)
  })

  test('is no sign-out while the server cannot be asked', async () => {
    const signedOut = vi.fn()
    onSignedOut(signedOut)
    startFakeServer({
      'GET /api/x': notSignedIn,
      'POST /api/auth/refresh': () => refusal(aProblem({ code: 'database_unavailable', status: 503 })),
    })
    expect((await failure(request('GET', '/api/x', { answer: Answer }))).code).not.toBe('not_signed_in')
    expect(signedOut).not.toHaveBeenCalled()
  })

  test('leaves a wrong password alone', async () => {
    const server = startFakeServer({
      'POST /api/auth/login': () => refusal(aProblem({ code: 'wrong_credentials', status: 401 })),
    })
    const answer = { answer: Answer, body: {}, anonymous: true }
    expect((await failure(request('POST', '/api/auth/login', answer))).code).toBe('wrong_credentials')
    expect(server.calls).toHaveLength(1)
  })
})

describe('an idempotency key', () => {
  const keys = (calls: Call[]) => calls.map(({ headers }) => headers.get('idempotency-key'))

  test('is new for each wish and the same for its repeat', async () => {
    let signedIn = false
    const server = startFakeServer({
      'POST /api/x': () => (signedIn ? ok({ value: 1 }) : notSignedIn()),
      'POST /api/auth/refresh': () => {
        signedIn = true
        return ok({})
      },
    })
    await request('POST', '/api/x', { answer: Answer })
    await request('POST', '/api/x', { answer: Answer })
    const [first, , repeat, second] = keys(server.calls)
    expect(first).toMatch(/^[\x21-\x7e]{16,255}$/)
    expect(repeat).toBe(first)
    expect(second).not.toBe(first)
  })

  test('goes only with what changes something for somebody known', async () => {
    const server = startFakeServer({ 'GET /api/x': () => ok({ value: 1 }), 'POST /api/x': () => ok({ value: 1 }) })
    await request('GET', '/api/x', { answer: Answer })
    await request('POST', '/api/x', { answer: Answer, anonymous: true })
    expect(keys(server.calls)).toEqual([null, null])
  })
})

describe('renewing across tabs', () => {
  test('asks under a lock, and takes the renewal of the tab before as its own', async () => {
    const server = startFakeServer({ 'POST /api/auth/refresh': () => ok({}) })
    const locks = {
      request: vi.fn(async (_name: string, work: () => Promise<boolean>) => {
        // Another tab held the lock and has renewed in the meantime.
        localStorage.setItem('craftastic.signInRenewedAt', String(Date.now() + 1))
        return work()
      }),
    }
    vi.stubGlobal('navigator', { locks })
    expect(await renewSignIn()).toBe(true)
    expect(locks.request).toHaveBeenCalledTimes(1)
    expect(server.calls).toHaveLength(0)
  })

  test('a renewal between the request and its refusal counts', async () => {
    let signedIn = false
    const server = startFakeServer({
      'GET /api/x': async () => {
        if (signedIn) return ok({ value: 2 })
        signedIn = true
        await new Promise((resolve) => setTimeout(resolve, 5))
        localStorage.setItem('craftastic.signInRenewedAt', String(Date.now()))
        await new Promise((resolve) => setTimeout(resolve, 5))
        return notSignedIn()
      },
    })
    expect(await request('GET', '/api/x', { answer: Answer })).toEqual({ value: 2 })
    expect(server.paths()).toEqual(['GET /api/x', 'GET /api/x'])
  })

  test('an older renewal does not count', async () => {
    localStorage.setItem('craftastic.signInRenewedAt', String(Date.now() - 60_000))
    const server = startFakeServer({ 'POST /api/auth/refresh': () => ok({}) })
    expect(await renewSignIn()).toBe(true)
    expect(server.paths()).toEqual(['POST /api/auth/refresh'])
  })
})
