/** What goes wrong when Coolify is asked to deploy, one by one. */
import { setTimeout as sleep } from 'node:timers/promises'
import { DeploymentConnection } from '@craftastic/contract'
import { describe, expect, it } from 'vitest'
import { jsonb } from '../src/lib/database.ts'
import { enqueueDeployment } from '../src/lib/job-queue.ts'
import { createEnvironmentRow } from './harness/builders.ts'
import { repositoryUrl, useDeployServer } from './harness/deploy-server.ts'
import { expectProblem, readBody } from './harness/http.ts'

const server = useDeployServer()

const ofApp = () => server().ofApp()
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
    expect(metadata).toMatchObject({ coolifyDeploymentId: deployments[0]?.uuid, adopted: false })
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

  it('does not take for its own what another deployment of ours began', async () => {
    const { coolify, database, deploy, until, look, user } = server()
    await coolify.fail({ method: 'POST', path: '/deploy', how: { status: 500 }, times: 2 })
    const { id } = await deploy()
    await expect.poll(sent).toBe(2)
    const environmentId = await createEnvironmentRow(server(), user.id, { repository_url: repositoryUrl })
    const other = await until((await deploy({ environmentId })).id, 'finished')
    await expect.poll(async () => (await look(id)).status, { timeout: 25_000 }).toBe('failed')
    expect(await error(id)).toMatchObject({ code: 'unknown_outcome' })
    const query = database.db.selectFrom('deployments').select('coolify_deployment_id').where('id', '=', id)
    expect((await query.executeTakeFirstOrThrow()).coolify_deployment_id).toBeNull()
    expect((await ofApp()).map(({ uuid }) => uuid)).toEqual([other.metadata.coolifyDeploymentId])
  })

  /** As a run leaves one that was killed when it had asked Coolify. */
  const cutShort = async (sentAt: Date) => {
    const { database, environmentId, appId } = server()
    const values = {
      ...{ environment_id: environmentId, app_id: appId, status: 'pending', send_count: 1, sent_at: sentAt },
      deploy_mark: jsonb({ serverTime: sentAt.toISOString(), knownUuids: [] }),
    }
    const row = await database.db.insertInto('deployments').values(values).returningAll().executeTakeFirstOrThrow()
    await enqueueDeployment('send_deployment', row, database.db)
    return row.id
  }

  it('is made once by a run that follows one that was cut short', async () => {
    await server().coolify.switch({ losesDeploys: true })
    expect(await error(await cutShort(new Date()))).toMatchObject({ code: 'refused' })
    expect(await sent()).toBe(1)
  })

  it('of hours ago that Coolify does not list is not made again, and its outcome is said to be unknown', async () => {
    const id = await cutShort(new Date(Date.now() - 3 * 3_600_000))
    expect(await error(id)).toMatchObject({
      code: 'timed_out',
      reason: expect.stringMatching(/became of that is not known/),
    })
    expect(await sent()).toBe(0)
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
    const { requests } = await coolify.look()
    const met = requests.findLastIndex(({ path, status }) => path.startsWith('/deploy?') && status === null)
    expect((requests[met + 1]?.at ?? 0) - (requests[met]?.at ?? 0)).toBeGreaterThan(1_900)
  })

  it.each([
    ['the deploy', { method: 'POST', path: '/deploy', after: 0 }],
    // The first look is that of the request to us.
    ['the look before it', { method: 'GET', path: '/applications/', after: 1 }],
  ])('whose application is gone by %s fails and says so', async (_, fault) => {
    const { coolify, deploy } = server()
    await coolify.fail({ ...fault, how: { status: 404, body: '{"message":"No resources found."}' } })
    expect(await error((await deploy()).id)).toMatchObject({ code: 'application_gone' })
    expect(await ofApp()).toEqual([])
  })

  it('with fields that Coolify refuses names each of them', async () => {
    const { coolify, deploy } = server()
    const errors = { force: ['must be true or false', 'is new'], uuid: 'is not one' }
    const body = JSON.stringify({ message: 'Validation failed.', errors })
    await coolify.fail({ method: 'POST', path: '/deploy', how: { status: 422, body } })
    expect(await error((await deploy()).id)).toEqual({
      code: 'refused',
      reason:
        'Coolify refuses this (422): Validation failed.\nforce: must be true or false\nforce: is new\nuuid: is not one',
    })
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

  it('cannot be made while Coolify fails, which is not the same as being away', async () => {
    const { coolify, get } = server()
    await coolify.fail({ method: 'GET', path: '/version', how: { status: 503 } })
    expect(readBody(await get('connection'), DeploymentConnection)).toMatchObject({
      state: 'unusable',
      reason: expect.stringContaining('503'),
    })
    await coolify.fail({ method: 'GET', path: '/version', how: 'reset' })
    expect(readBody(await get('connection'), DeploymentConnection).state).toBe('unreachable')
  })

  it('fails when the token may not deploy', async () => {
    const { coolify, deploy } = server()
    await coolify.switch({ abilities: ['read', 'read:sensitive'] })
    const { id } = await deploy()
    expect(await error(id)).toMatchObject({ code: 'token_refused' })
    expect(await ofApp()).toEqual([])
  })
})
