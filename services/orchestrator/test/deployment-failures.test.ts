/** What goes wrong between this server and Coolify, one by one. */
import { DeploymentConnection, DeploymentLog } from '@craftastic/contract'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { useDeployServer } from './harness/deploy-server.ts'
import { expectProblem, readBody } from './harness/http.ts'

const server = useDeployServer()

afterEach(() =>
  server().coolify.switch({
    refuseToken: null,
    apiOff: false,
    throttle: null,
    queueLimit: 1000,
    denyDeploy: false,
    cancelFails: false,
    losesDeploys: false,
    activeAsObject: false,
    abilities: ['read', 'read:sensitive', 'write', 'deploy'],
  }),
)

const ofApp = async () => {
  const { coolify, appId } = server()
  return (await coolify.look()).deployments.filter(({ appUuid }) => appUuid === appId)
}
/** Requests to deploy this application that reached Coolify. */
const sent = async () => {
  const { coolify, appId } = server()
  return (await coolify.look()).requests.filter(({ method, path }) => method === 'POST' && path.includes(appId)).length
}
const error = async (id: string) => (await server().until(id, 'failed')).metadata.error

describe('a request to deploy', () => {
  it.each([
    ['reset', { how: 'reset' }],
    ['a 502 of a proxy', { how: { status: 502, body: '<html>', contentType: 'text/html' } }],
  ] as const)('whose answer is lost (%s) deploys once', async (_, fault) => {
    const { coolify, deploy, until } = server()
    await coolify.fail({ method: 'POST', path: '/deploy', done: true, ...fault })
    const { id } = await deploy()
    const { metadata } = await until(id, 'finished')
    const deployments = await ofApp()
    expect(deployments).toHaveLength(1)
    expect(metadata).toMatchObject({ coolifyDeploymentId: deployments[0]?.uuid, adopted: true })
    expect(await sent()).toBe(1)
  })

  it('that never reached Coolify is made again', async () => {
    const { coolify, deploy, until } = server()
    await coolify.fail({ method: 'POST', path: '/deploy', how: 'reset' })
    await until((await deploy()).id, 'finished')
    expect(await ofApp()).toHaveLength(1)
  })

  it('is not made again and again when Coolify never says what became of it', async () => {
    const { coolify, deploy, look } = server()
    await coolify.fail({ method: 'POST', path: '/deploy', how: { status: 500 }, times: 2 })
    const { id } = await deploy()
    await expect.poll(async () => (await look(id)).status, { timeout: 25_000 }).toBe('failed')
    expect(await error(id)).toMatchObject({ code: 'unknown_outcome' })
    expect(await sent()).toBe(2)
    expect(await ofApp()).toEqual([])
  })

  it('waits while the queue is full, then goes through', async () => {
    const { coolify, deploy, until, look } = server()
    await coolify.switch({ queueLimit: 0 })
    const { id } = await deploy()
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('queue_full')
    expect((await look(id)).status).toBe('pending')
    await coolify.switch({ queueLimit: 1000 })
    expect((await until(id, 'finished')).metadata.trouble).toBeNull()
    expect(await ofApp()).toHaveLength(1)
  })

  it('gives up when the queue stays full', async () => {
    const { coolify, deploy, look } = server()
    await coolify.switch({ queueLimit: 0 })
    const { id } = await deploy()
    await expect.poll(async () => (await look(id)).status, { timeout: 40_000 }).toBe('failed')
    expect(await error(id)).toMatchObject({ code: 'queue_full' })
  }, 60_000)

  it('that waits is cancelled without Coolify', async () => {
    const { coolify, deploy, post, look } = server()
    await coolify.switch({ queueLimit: 0 })
    const { id } = await deploy()
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('queue_full')
    expect((await post(`cancel/${id}`)).json()).toMatchObject({ status: 'cancelled' })
    await coolify.switch({ queueLimit: 1000 })
    await sleep(4_000)
    expect(await ofApp()).toEqual([])
    expect((await look(id)).status).toBe('cancelled')
  })

  it('that Coolify refuses fails with its words', async () => {
    const { coolify, deploy } = server()
    await coolify.switch({ denyDeploy: true })
    const { id } = await deploy()
    expect(await error(id)).toMatchObject({ code: 'refused', reason: expect.stringContaining('not authorized') })
  })

  it('with a name that Coolify never stored, twice, fails', async () => {
    const { coolify, deploy, look } = server()
    await coolify.switch({ losesDeploys: true })
    const { id } = await deploy()
    await expect.poll(async () => (await look(id)).status, { timeout: 25_000 }).toBe('failed')
    expect(await sent()).toBe(2)
    expect(await ofApp()).toEqual([])
  })

  it('that the throttle meets waits for as long as it says', async () => {
    const { coolify, deploy, until } = server()
    await coolify.fail({
      method: 'POST',
      path: '/deploy',
      how: { status: 429, body: '{"message":"Too Many Attempts."}', headers: { 'retry-after': '2' } },
    })
    const { id } = await deploy()
    await until(id, 'finished')
    expect(await ofApp()).toHaveLength(1)
  })

  it('is refused at once when the token may not read, with what it needs', async () => {
    const { coolify, post, environmentId, appId, get } = server()
    await coolify.switch({ abilities: ['deploy'] })
    const refused = expectProblem(
      await post('deploy', { environmentId, appId, allowUnpushed: true }),
      'coolify_refused',
      502,
    )
    expect(refused.detail).toContain('read:sensitive')
    expect(readBody(await get('connection'), DeploymentConnection).state).toBe('refused')
  })

  it('fails when the token may not deploy', async () => {
    const { coolify, deploy } = server()
    await coolify.switch({ abilities: ['read', 'read:sensitive'] })
    const { id } = await deploy()
    expect(await error(id)).toMatchObject({ code: 'token_refused' })
    expect(await ofApp()).toEqual([])
  })
})

describe('a deployment under way', () => {
  const begin = async () => {
    const { coolify, deploy, until } = server()
    await coolify.live({ hold: 'in_progress' })
    const { id } = await deploy()
    const { metadata } = await until(id, 'in_progress')
    return { id, uuid: metadata.coolifyDeploymentId ?? '' }
  }

  it('goes on when Coolify was out of reach, and says so meanwhile', async () => {
    const { coolify, look, until } = server()
    const { id, uuid } = await begin()
    await coolify.fail({ method: 'GET', path: `/deployments/${uuid}`, how: { status: 503 }, times: 4 })
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('unreachable')
    expect((await look(id)).status).toBe('in_progress')
    await coolify.live({ hold: null }, uuid)
    expect((await until(id, 'finished')).metadata.trouble).toBeNull()
  })

  it('is not followed while the token is refused, and is again afterwards', async () => {
    const { coolify, look, until } = server()
    const { id, uuid } = await begin()
    await coolify.switch({ apiOff: true })
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('token_refused')
    const asked = (await coolify.look()).requests.length
    await sleep(1_000)
    expect((await coolify.look()).requests.length).toBeLessThanOrEqual(asked + 1)
    await coolify.switch({ apiOff: false })
    await coolify.live({ hold: null }, uuid)
    expect((await until(id, 'finished')).metadata).toMatchObject({ trouble: null, error: null })
  })

  it('rests for as long as the throttle says', async () => {
    const { coolify, look, until } = server()
    const { id, uuid } = await begin()
    await coolify.switch({ throttle: { times: 1, retryAfterS: 3 } })
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('rate_limited')
    await coolify.live({ hold: null }, uuid)
    await until(id, 'finished')
  })

  it('that Coolify forgets fails after a while, and keeps its lines', async () => {
    const { coolify, readLog } = server()
    const { id, uuid } = await begin()
    await expect.poll(async () => (await readLog(id)).lines.length).toBeGreaterThan(1)
    const { lines } = await readLog(id)
    await coolify.forget(uuid)
    expect(await error(id)).toMatchObject({ code: 'forgotten' })
    expect(await readLog(id)).toMatchObject({ lines, complete: true })
  })

  it('that ended when Coolify was started anew has failed', async () => {
    const { coolify } = server()
    const { id } = await begin()
    await coolify.restartCoolify()
    expect(await error(id)).toMatchObject({ code: 'build_failed' })
  })

  it('never leaves its end, whatever Coolify says later', async () => {
    const { coolify, until, look } = server()
    const { id, uuid } = await begin()
    await coolify.setStatus(uuid, 'failed')
    await until(id, 'failed')
    await coolify.setStatus(uuid, 'in_progress')
    await sleep(1_500)
    expect((await look(id)).status).toBe('failed')
  })

  it('in a status that is not known is in progress', async () => {
    const { coolify, look, until } = server()
    const { id, uuid } = await begin()
    await coolify.setStatus(uuid, 'hibernating')
    await sleep(1_000)
    expect((await look(id)).status).toBe('in_progress')
    expect(server().logged).toContain('hibernating')
    await coolify.setStatus(uuid, 'finished')
    await until(id, 'finished')
  })

  it('is cancelled although Coolify says that it failed to', async () => {
    const { coolify, post, until } = server()
    const { id } = await begin()
    await coolify.switch({ cancelFails: true })
    await post(`cancel/${id}`)
    await until(id, 'cancelled')
  })

  it('that cannot be cancelled says so and can be asked again', async () => {
    const { coolify, post, look, until } = server()
    const { id, uuid } = await begin()
    await coolify.fail({ method: 'POST', path: `/deployments/${uuid}/cancel`, how: { status: 500 }, times: 3 })
    await post(`cancel/${id}`)
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('cancel_failed')
    expect(await look(id)).toMatchObject({ status: 'in_progress', metadata: { cancelRequestedAt: null } })
    await post(`cancel/${id}`)
    await until(id, 'cancelled')
  })

  it('past its time is given up without being cancelled', async () => {
    const { database } = server()
    const { id, uuid } = await begin()
    await database.db
      .updateTable('deployments')
      .set({ sent_at: sql<Date>`now() - interval '2 hours 1 minute'` })
      .where('id', '=', id)
      .execute()
    expect(await error(id)).toMatchObject({ code: 'timed_out', reason: expect.stringContaining('not cancelled') })
    expect((await ofApp()).find((other) => other.uuid === uuid)?.status).toBe('in_progress')
  })
})

describe('a log', () => {
  const begin = async () => {
    const { coolify, deploy, until } = server()
    await coolify.live({ hold: 'in_progress' })
    const { id } = await deploy()
    const { metadata } = await until(id, 'in_progress')
    await expect.poll(async () => (await server().readLog(id)).lastSequence).toBe(4)
    return { id, uuid: metadata.coolifyDeploymentId ?? '' }
  }

  it('whose lines vanish in Coolify comes anew, under new numbers', async () => {
    const { coolify, readLog } = server()
    const { id, uuid } = await begin()
    await coolify.loseLog(uuid, 1)
    await coolify.log(uuid, [{ output: 'one more', order: 99 }])
    await expect.poll(async () => (await readLog(id)).firstSequence).toBe(5)
    const { lines } = await readLog(id)
    expect(lines[0]?.sequence).toBe(5)
    expect(lines.at(-1)?.text).toBe('one more')
    // Whoever had the old ones gets all of the new.
    expect((await readLog(id, 4)).lines).toEqual(lines)
  })

  it('holds plain lines, without hidden ones and without our secrets', async () => {
    const { coolify, readLog } = server()
    const { id, uuid } = await begin()
    await coolify.log(uuid, [
      { output: `\u001b[31mred\u001b[0m\nsecond \u0000line\n`, order: 50, type: 'stderr' },
      { output: `token ${coolify.token} and more`, order: 51 },
      { output: 'git clone https://x:ghs_secret@host', hidden: true, order: 52 },
    ])
    await expect.poll(async () => (await readLog(id)).lastSequence).toBe(7)
    const { lines } = await readLog(id, 4)
    expect(lines.map(({ text, stream }) => ({ text, stream }))).toEqual([
      { text: 'red', stream: 'stderr' },
      { text: 'second line', stream: 'stderr' },
      { text: expect.stringMatching(/^token \S*\[redacted\] and more$/), stream: 'stdout' },
    ])
  })

  it('comes in pages, and is waited for', async () => {
    const { coolify, readLog, app, user } = server()
    const { id, uuid } = await begin()
    const output = Array.from({ length: 1_500 }, (_, index) => `line ${index}`).join('\n')
    const waiting = app.inject({
      url: `/api/deployment/logs/${id}?after=4`,
      headers: { ...user.headers, prefer: 'wait=20' },
    })
    await sleep(500)
    await coolify.log(uuid, [{ output, order: 60 }])
    const page = readBody(await waiting, DeploymentLog)
    expect(page).toMatchObject({ hasMore: true, lastSequence: 1_504, complete: false })
    expect(page.lines).toHaveLength(1_000)
    expect((await readLog(id, 1_004)).lines.at(-1)?.text).toBe('line 1499')
  })

  it('that the token may not read says so', async () => {
    const { coolify, deploy, until, readLog } = server()
    await coolify.switch({ abilities: ['read', 'write', 'deploy'] })
    const { id } = await deploy()
    expect((await until(id, 'finished')).metadata.logsReadable).toBe(false)
    expect(await readLog(id)).toMatchObject({ lines: [], logsReadable: false })
  })
})

it('follows many at once through the list of all, which may be an object', async () => {
  const { coolify, database, environmentId, look, until } = server()
  await coolify.switch({ activeAsObject: true })
  await coolify.live({ hold: 'in_progress' })
  const ids: string[] = []
  for (let count = 0; count < 12; count++) {
    const appId = await coolify.addApplication(`https://github.com/owner/project`, 'main')
    const uuid = await coolify.begin(appId, 'api')
    const values = { environment_id: environmentId, app_id: appId, status: 'queued', coolify_deployment_id: uuid }
    const row = await database.db.insertInto('deployments').values(values).returning('id').executeTakeFirstOrThrow()
    ids.push(row.id)
  }
  for (const id of ids) await until(id, 'in_progress')
  const { requests } = await coolify.look()
  expect(requests.some(({ path }) => path === '/deployments')).toBe(true)
  const last = await look(ids.at(-1) ?? '')
  await coolify.setStatus(last.metadata.coolifyDeploymentId ?? '', 'finished')
  await until(last.id, 'finished')
  for (const id of ids) await coolify.setStatus((await look(id)).metadata.coolifyDeploymentId ?? '', 'finished')
}, 60_000)
