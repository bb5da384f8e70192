/** How Coolify is asked: limits, refusals, the pause that it wants, and the token that appears nowhere. */
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { CoolifyError } from '../src/services/coolify-error.ts'
import { createCoolifyClient } from '../src/services/coolify.ts'
import { useFakeCoolify } from './harness/coolify.ts'

const { coolify, connect, newApp, asked } = useFakeCoolify()

const refusalOf = (ask: Promise<unknown>) =>
  ask.then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => error as CoolifyError,
  )

describe('the version and the health', () => {
  it('are those of the Coolify that is there', async () => {
    await expect(connect().health()).resolves.toBe(true)
    await expect(connect().version()).resolves.toBe('4.3.11')
  })

  it('may be written with a v, or of a beta', async () => {
    await coolify().switch({ version: 'v4.0.0-beta.436' })
    await expect(connect().version()).resolves.toBe('4.0.0-beta.436')
  })

  it('is told from another page', async () => {
    const page = { status: 200, body: '<html>Welcome</html>', contentType: 'text/html' }
    await coolify().fail({ how: page, times: 2 })
    await expect(connect().health()).resolves.toBe(false)
    await expect(connect().version()).rejects.toMatchObject({ code: 'bad_response' })
  })
})

describe('a refused token', () => {
  it.each([
    ['401', { refuseToken: 401 as const }, 'auth'],
    ['400 "Invalid token."', { refuseToken: 400 as const }, 'auth'],
    ['403 with success: true', { apiOff: true }, 'forbidden'],
  ])('(%s) ends all asking for a while', async (_, switches, code) => {
    await coolify().switch(switches)
    const client = connect({ refusedMs: 700 })
    await expect(client.listServers()).rejects.toMatchObject({ code, refusesAll: true })
    await expect(client.listProjects()).rejects.toMatchObject({ code, refusesAll: true })
    await expect(client.deploy(await newApp())).rejects.toMatchObject({ code })
    await expect(asked()).resolves.toEqual(['GET /servers'])
    await coolify().switch({ refuseToken: null, apiOff: false })
    await expect.poll(() => client.listServers().catch(() => [])).toHaveLength(1)
  })

  it('(403, a missing ability) names the ability, and other things go on', async () => {
    await coolify().switch({ abilities: ['read'] })
    const app = await newApp()
    const client = connect()
    const error = await refusalOf(client.deploy(app))
    expect(error).toMatchObject({ code: 'forbidden', refusesAll: false, outcomeUnknown: false })
    expect(error.message).toContain('Missing required permissions: deploy')
    await expect(client.listServers()).resolves.toHaveLength(1)
  })
})

describe('the throttle', () => {
  it('pauses the whole connection for as long as it says, and no deploy is made a second time', async () => {
    const app = await newApp()
    const client = connect()
    const mark = await client.markBeforeDeploy(app)
    await coolify().switch({ throttle: { times: 1, retryAfterS: 1 } })
    await expect(client.deploy(app, { mark })).rejects.toMatchObject({ code: 'rate_limited', retryAfterS: 1 })
    await expect(client.listServers()).rejects.toMatchObject({ code: 'rate_limited', retryAfterS: 1 })
    await expect(client.getDeployment('c1')).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(asked()).resolves.toHaveLength(2)
    await expect.poll(() => client.listServers().catch(() => [])).toHaveLength(1)
  })

  it.each([
    [{ 'retry-after': new Date(Date.now() + 90_000).toUTCString() }, 45, 90],
    [{}, 60, 60],
    [{ 'retry-after': '86400' }, 600, 600],
    [{ 'retry-after': '0' }, 1, 1],
  ])('says %j', async (headers, least, most) => {
    await coolify().fail({ how: { status: 429, headers, body: '{"message":"Too Many Attempts."}' } })
    const { retryAfterS } = await refusalOf(connect().listServers())
    expect(retryAfterS).toBeGreaterThanOrEqual(least)
    expect(retryAfterS).toBeLessThanOrEqual(most)
  })
})

describe('refusals', () => {
  it.each([
    [400, '{"message":"Invalid request.","error":"Syntax error"}', 'validation'],
    [403, '{"message":"This action is unauthorized.","error":"Unauthorized"}', 'forbidden'],
    [404, '{"message":"Application not found"}', 'not_found'],
    [404, '{"message":"Server not found."}', 'not_found'],
    [404, '{"message":"Not found.","docs":"https://coolify.io/docs"}', 'unsupported'],
    [405, '{"message":"This endpoint has changed to a POST request."}', 'unsupported'],
    [409, '{"message":"Environment with this name already exists."}', 'conflict'],
    [422, '{"message":"Validation failed."}', 'validation'],
    [418, '', 'bad_response'],
    [500, '{"message":"Server Error"}', 'server'],
    [503, '<h1>Service Unavailable</h1>', 'server'],
  ])('%i %s is %s', async (status, body, code) => {
    await coolify().fail({ how: { status, body } })
    await expect(connect().listServers()).rejects.toMatchObject({ code, status, outcomeUnknown: false })
  })

  it.each([
    ['lists by field', '{"git_branch":["a","b"],"name":["c"]}', { git_branch: ['a', 'b'], name: ['c'] }],
    ['a text by field', '{"git_branch":"a"}', { git_branch: ['a'] }],
    ['a plain list', '["Invalid domain: x"]', { _: ['Invalid domain: x'] }],
    ['something else', '7', {}],
  ])('of a form come as %s', async (_, errors, fields) => {
    await coolify().fail({ how: { status: 422, body: `{"message":"Validation failed.","errors":${errors}}` } })
    const error = await refusalOf(connect().stop(await newApp()))
    expect(error).toMatchObject({ code: 'validation' })
    expect(error.fields).toEqual(fields)
  })

  it('are bounded and plain, whatever Coolify says', async () => {
    const errors = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, Array(50).fill('x')]))
    const body = JSON.stringify({ message: `\u001b[31mno\u202e\n${'very '.repeat(5_000)}`, errors })
    await coolify().fail({ how: { status: 422, body } })
    const { message, fields } = await refusalOf(connect().listServers())
    expect(message).toMatch(/no very very/)
    expect(message).not.toMatch(/[\p{C}\n]/u)
    expect(message.length).toBeLessThan(600)
    expect(Object.keys(fields)).toHaveLength(50)
    expect(fields.field0).toHaveLength(10)
  })
})

describe('on the way', () => {
  it.each([301, 302, 307, 308])('a redirect (%i) is not followed, and named', async (status) => {
    const elsewhere = await countRequests()
    await coolify().fail({ how: { status, headers: { location: `${elsewhere.url}/login?token=1` } } })
    const error = await refusalOf(connect().listServers())
    expect(error.code).toBe('bad_response')
    expect(error.message).toContain(`to ${elsewhere.url}`)
    expect(error.message).not.toContain('login')
    expect(elsewhere.close()).toBe(0)
  })

  it('an answer that is too long is not read to its end', async () => {
    await coolify().fail({ how: 'huge', times: 2 })
    const before = process.memoryUsage.rss()
    await expect(connect().listServers()).rejects.toThrow("Coolify's answer is longer than 1 MiB")
    await expect(connect().getDeployment('c1')).rejects.toThrow("Coolify's answer is longer than 32 MiB")
    expect(process.memoryUsage.rss() - before).toBeLessThan(400 * 1024 * 1024)
  })

  it('an answer that does not come is given up', async () => {
    await coolify().fail({ how: 'hang' })
    const error = await refusalOf(connect({ requestMs: 300 }).listServers())
    expect(error).toMatchObject({ code: 'network', status: null })
    expect(error.message).toContain('nothing came within 0.3 s')
  })

  it('a connection that breaks is no answer', async () => {
    await coolify().fail({ how: 'reset', times: 2 })
    await expect(connect().listServers()).rejects.toMatchObject({ code: 'network', outcomeUnknown: false })
    await expect(connect().stop(await newApp())).rejects.toMatchObject({ code: 'network', outcomeUnknown: true })
  })

  it('a Coolify that is not there was certainly not reached', async () => {
    const elsewhere = await countRequests()
    elsewhere.close()
    const nowhere = createCoolifyClient({ url: `${elsewhere.url}/api/v1`, token: '1|nothing-there' })
    const error = await refusalOf(nowhere.stop('c1'))
    expect(error).toMatchObject({ code: 'network', outcomeUnknown: false })
    expect(error.message).toContain('ECONNREFUSED')
  })

  it('an answer of another form is not believed', async () => {
    await coolify().fail({ how: { status: 200, body: '[{"uuid":"../../etc","name":"x"}]' } })
    await expect(connect().listServers()).rejects.toMatchObject({ code: 'bad_response' })
    await coolify().fail({ how: { status: 200, body: '{"servers":[]}' } })
    await expect(connect().listServers()).rejects.toMatchObject({ code: 'bad_response' })
  })

  it('a caller that gives up gets its own reason', async () => {
    await coolify().fail({ how: 'hang' })
    const reason = new Error('the server stops')
    const controller = new AbortController()
    const ask = connect().getDeployment('c1', controller.signal)
    controller.abort(reason)
    await expect(ask).rejects.toBe(reason)
  })
})

describe('the token', () => {
  it('is in no error, not even when Coolify repeats it', async () => {
    const { token } = coolify()
    const secret = token.split('|')[1] ?? ''
    const body = JSON.stringify({ message: `no: ${token} or ${secret}`, errors: { [`a${secret}`]: [`is ${secret}`] } })
    await coolify().fail({ how: { status: 422, body } })
    const refused = await refusalOf(connect().listServers())
    await coolify().fail({ how: 'reset' })
    const broken = await refusalOf(connect().listServers())
    await coolify().fail({ how: { status: 302, headers: { location: `http://${secret}.example/` } } })
    const led = await refusalOf(connect().listServers())
    await coolify().fail({ how: { status: 200, body: JSON.stringify([{ uuid: secret }]) } })
    const shaped = await refusalOf(connect().listServers())
    for (const error of [refused, broken, led, shaped]) {
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
    }
  })

  it('is in no answer either', async () => {
    const app = await newApp()
    const { token } = coolify()
    const uuid = await coolify().begin(app, 'page')
    await coolify().log(uuid, [
      { output: `curl -H "Authorization: Bearer ${token}"` },
      { output: 'DB is hunter2-long' },
    ])
    const deployment = await connect({}, { secrets: ['hunter2-long'] }).getDeployment(uuid)
    expect(JSON.stringify(deployment)).toContain('Bearer [redacted]')
    expect(JSON.stringify(deployment)).not.toMatch(/hunter2-long/)
  })
})

/** A port that counts who comes. `close` answers how many came. */
async function countRequests() {
  let count = 0
  const server = createServer((socket) => {
    count += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  const close = () => {
    server.close()
    return count
  }
  return { url: `http://127.0.0.1:${bound.port}`, close }
}
