/** The Coolify of the tests is as strict as they rely on: what its contract does not know is a 599, and counted. */
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let coolify: FakeCoolify
beforeAll(async () => {
  coolify = await startFakeCoolify({ token: '1|a-token-of-our-own' })
})
afterAll(() => coolify.close())

type Init = { method?: string; body?: string; headers?: Record<string, string> }

const ask = (path: string, init: Init = {}) =>
  fetch(`${coolify.url}${path}`, {
    ...init,
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${coolify.token}`,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...init.headers,
    },
  })

describe('the fake Coolify', () => {
  it.each<[string, string, Init, RegExp]>([
    ['a route that there is not', '/api/v1/deployment', {}, /is not a route/],
    ['a method that there is not', '/api/v1/deploy?uuid=c1', {}, /is not a route/],
    ['a path without /api/v1', '/servers', {}, /is not a route/],
    ['a query that there is not', '/api/v1/deploy?application=c1', { method: 'POST' }, /query has application/],
    ['a query of another type', '/api/v1/deploy?uuid=c1&force=yes', { method: 'POST' }, /force is no boolean/],
    ['no Accept', '/api/v1/servers', { headers: { accept: '*/*' } }, /Accept is not/],
    [
      'a field that there is not',
      '/api/v1/applications/c1',
      { method: 'PATCH', body: '{"project_uuid":"c1"}' },
      /must NOT have additional properties/,
    ],
    ['a body that is missing', '/api/v1/applications/c1/rollback', { method: 'POST' }, /request must be object/],
  ])('counts %s', async (_, path, init, words) => {
    const before = (await coolify.look()).violations.length
    expect((await ask(path, init)).status).toBe(599)
    const { violations } = await coolify.look()
    expect(violations.length).toBeGreaterThan(before)
    expect(violations.at(-1)).toMatch(words)
  })

  it('counts an answer of its own that the contract does not know', async () => {
    const app = await coolify.addApplication('https://github.com/acme/app', 'main')
    const uuid = await coolify.begin(app, 'page')
    await coolify.log(uuid, [{ output: 'one' }])
    await coolify.corrupt(uuid, { commit: 7 })
    expect((await ask(`/api/v1/deployments/${uuid}`)).status).toBe(599)
    expect((await coolify.look()).violations.at(-1)).toContain('answer 200/commit must be string')
  })

  it('takes the token that it was given, and no other', async () => {
    const { status } = await ask('/api/v1/servers', { headers: { authorization: 'Bearer 1|another' } })
    expect(status).toBe(401)
  })
})
