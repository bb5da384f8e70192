/** What goes wrong between this server and Coolify while it follows deployments, one by one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DeploymentLog } from '@craftastic/contract'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { repositoryUrl, useDeployServer } from './harness/deploy-server.ts'
import { readBody } from './harness/http.ts'

const server = useDeployServer()

const error = async (id: string) => (await server().until(id, 'failed')).metadata.error

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
    await expect.poll(async () => (await look(id)).metadata.trouble, { timeout: 10_000 }).toBeNull()
    // At its usual pace at once: sixteen times slower it would be asked for once at the most.
    const looks = async () =>
      (await coolify.look()).requests.filter(({ path }) => path === `/deployments/${uuid}`).length
    const before = await looks()
    await sleep(1_500)
    expect((await looks()) - before).toBeGreaterThan(3)
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
    const { requests } = await coolify.look()
    const met = requests.findLastIndex(({ status }) => status === 429)
    expect((requests[met + 1]?.at ?? 0) - (requests[met]?.at ?? 0)).toBeGreaterThan(2_900)
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

  it('whose answer cannot be written down holds up no other', async () => {
    const { coolify, deploy, until } = server()
    const { id, uuid } = await begin()
    const before = server().logged.length
    await coolify.log(uuid, [{ output: 'from afar', timestamp: '+200000-01-01T00:00:00.000Z', order: 50 }])
    await expect.poll(() => server().logged.slice(before)).toContain('a deployment could not be followed')
    await coolify.live({ hold: null })
    const other = await deploy({ appId: await coolify.addApplication(repositoryUrl, 'main') })
    await until(other.id, 'finished')
    expect(server().logged.slice(before)).not.toContain('cut short')
    await coolify.loseLog(uuid, 100)
    await coolify.setStatus(uuid, 'finished')
    await until(id, 'finished')
  })

  it('with a message that is cut through a character goes on', async () => {
    const { coolify, database, environmentId, until } = server()
    const branch = `${'x'.repeat(991)}\u{1f680} and more`
    const appId = await coolify.addApplication(repositoryUrl, branch)
    const uuid = await coolify.begin(appId, 'api')
    const values = { environment_id: environmentId, app_id: appId, status: 'queued', coolify_deployment_id: uuid }
    const row = await database.db.insertInto('deployments').values(values).returning('id').executeTakeFirstOrThrow()
    expect((await until(row.id, 'finished')).metadata.commitMessage).toMatch(/^Change x{991}…$/)
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

  const makeLate = (id: string) =>
    server()
      .database.db.updateTable('deployments')
      .set({ sent_at: sql<Date>`now() - interval '2 hours 1 minute'` })
      .where('id', '=', id)
      .execute()

  it('past its time is given up without being cancelled', async () => {
    const { id, uuid } = await begin()
    await makeLate(id)
    expect(await error(id)).toMatchObject({ code: 'timed_out', reason: expect.stringContaining('not cancelled') })
    expect((await server().ofApp()).find((other) => other.uuid === uuid)?.status).toBe('in_progress')
  })

  it('past its time is given up when nobody answers for long, and not before', { timeout: 60_000 }, async () => {
    const { coolify, look, domain } = server()
    const { id, uuid } = await begin()
    await coolify.fail({ method: 'GET', path: `/deployments/${uuid}`, how: { status: 503 }, times: 1_000 })
    await makeLate(id)
    await expect.poll(async () => (await look(id)).metadata.trouble?.code).toBe('unreachable')
    await domain.jobs.delete_old_records({}, new AbortController().signal)
    expect((await look(id)).status).toBe('in_progress')
    await expect.poll(async () => (await look(id)).status, { timeout: 40_000 }).toBe('failed')
    expect(await error(id)).toMatchObject({ code: 'timed_out', reason: expect.stringContaining('503') })
    const looks = (await coolify.look()).requests.filter(({ path, status }) => path.includes(uuid) && status === null)
    expect(looks.length).toBeGreaterThanOrEqual(10)
  })

  it('past its time that no job sends any more is given up', async () => {
    const { database, environmentId, appId } = server()
    const values = { environment_id: environmentId, app_id: appId, status: 'pending' }
    const row = { ...values, created_at: sql<Date>`now() - interval '2 hours 1 minute'` }
    const { id } = await database.db.insertInto('deployments').values(row).returning('id').executeTakeFirstOrThrow()
    expect(await error(id)).toMatchObject({ code: 'timed_out', reason: expect.stringContaining('did not take it') })
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

  it('that is longer than is kept has its end, where the reason stands', async () => {
    const { coolify, readLog, until } = server()
    const { id, uuid } = await begin()
    const output = Array.from({ length: 20_100 }, (_, index) => `line ${index}`).join('\n')
    await coolify.log(uuid, [{ output, order: 6 }])
    await expect.poll(async () => (await readLog(id)).lastSequence, { timeout: 20_000 }).toBe(20_000)
    await coolify.log(uuid, [{ output: 'It is full.', order: 7, type: 'stderr' }])
    await expect.poll(async () => (await readLog(id)).truncated).toBe(true)
    await coolify.setStatus(uuid, 'failed')
    await until(id, 'failed')
    await expect.poll(async () => (await readLog(id)).complete, { timeout: 20_000 }).toBe(true)
    const { firstSequence, lastSequence, truncated } = await readLog(id)
    expect({ count: lastSequence - firstSequence + 1, truncated }).toEqual({ count: 20_000, truncated: true })
    const around = (await readLog(id, firstSequence + 14_997)).lines.map(({ text }) => text)
    expect(around[1]).toBe('… 107 lines are left out here …')
    expect((await readLog(id, lastSequence - 2)).lines.map(({ text }) => text)).toEqual([
      'It is full.',
      expect.stringMatching(/^Deployment failed/),
    ])
  }, 90_000)

  it('that the token may not read says so', async () => {
    const { coolify, deploy, until, readLog } = server()
    await coolify.switch({ abilities: ['read', 'write', 'deploy'] })
    const { id } = await deploy()
    expect((await until(id, 'finished')).metadata.logsReadable).toBe(false)
    expect(await readLog(id)).toMatchObject({ lines: [], logsReadable: false })
  })
})

it('follows many at once through the list of all, which may be an object', async () => {
  const { coolify, database, environmentId, look, readLog, until } = server()
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
  const uuidOf = async (id: string) => (await look(id)).metadata.coolifyDeploymentId ?? ''
  const [watched, ...others] = await Promise.all(ids.map(uuidOf))
  /** Requests in some seconds of Coolify's, by what they were for. */
  const count = async (during: () => Promise<unknown>) => {
    const before = (await coolify.look()).requests.length
    await during()
    const paths = (await coolify.look()).requests.slice(before).map(({ path }) => path)
    const of = (uuid: string | undefined) => paths.filter((path) => path === `/deployments/${uuid}`).length
    return {
      lists: paths.filter((path) => path === '/deployments').length,
      watched: of(watched),
      others: others.reduce((sum, uuid) => sum + of(uuid), 0),
    }
  }
  await sleep(500)
  const unwatched = await count(() => sleep(2_000))
  expect(unwatched).toMatchObject({ watched: 0, others: 0 })
  expect(unwatched.lists).toBeGreaterThan(4)
  await coolify.log(watched ?? '', [{ output: 'a line for whoever looks', order: 70 }])
  const looked = await count(async () => {
    await readLog(ids[0] ?? '')
    await expect.poll(async () => (await readLog(ids[0] ?? '')).lines.at(-1)?.text).toBe('a line for whoever looks')
  })
  expect(looked.watched).toBeGreaterThan(0)
  expect(looked.others).toBe(0)
  const last = await look(ids.at(-1) ?? '')
  await coolify.setStatus(last.metadata.coolifyDeploymentId ?? '', 'finished')
  await until(last.id, 'finished')
  for (const id of ids) await coolify.setStatus((await look(id)).metadata.coolifyDeploymentId ?? '', 'finished')
}, 60_000)
