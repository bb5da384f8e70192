/** Deploying once: the identifiers that Coolify never stores, full queues, and answers that get lost. */
import { describe, expect, it } from 'vitest'
import type { DeployResult } from '../src/services/coolify-client.ts'
import { useFakeCoolify } from './harness/coolify.ts'

const { coolify, connect, newApp, asked } = useFakeCoolify()

const deploysAsked = async () => (await asked()).filter((request) => request === 'POST /deploy').length
const deploymentsOf = async (appUuid: string) =>
  (await coolify().look()).deployments.filter((deployment) => deployment.appUuid === appUuid)
const uuidOf = (result: DeployResult) => ('deploymentUuid' in result ? result.deploymentUuid : result.kind)

describe('a deploy', () => {
  it('is created, confirmed, and what Coolify says of it', async () => {
    const client = connect()
    const app = await newApp()
    const result = await client.deploy(app, { force: true })
    expect(result.kind).toBe('created')
    await expect(client.getDeployment(uuidOf(result))).resolves.toMatchObject({ force: true, isApi: true, pr: 0 })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
  })

  it('of a phantom (same commit in the queue) adopts the deployment that is there', async () => {
    await coolify().live({ hold: 'queued' })
    const app = await newApp()
    const first = await connect().deploy(app)
    const second = await connect().deploy(app)
    expect(second).toEqual({ kind: 'adopted', deploymentUuid: uuidOf(first) })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
  })

  it('adopts nothing of another pull request', async () => {
    await coolify().live({ hold: 'queued' })
    const app = await newApp()
    const other = await coolify().begin(app, 'api', { pr: 7 })
    await coolify().switch({ losesDeploys: true })
    await expect(connect().deploy(app)).rejects.toMatchObject({ code: 'bad_response' })
    await expect(connect().deploy(app, { pr: 7 })).resolves.toEqual({ kind: 'adopted', deploymentUuid: other })
  })

  it('that is lost without anything under way is asked for once more, then given up', async () => {
    await coolify().switch({ losesDeploys: true })
    const app = await newApp()
    await expect(connect().deploy(app)).rejects.toMatchObject({ code: 'bad_response', outcomeUnknown: false })
    await expect(deploysAsked()).resolves.toBe(2)
  })

  it('says that the queue is full, and when to try again', async () => {
    await coolify().switch({ queueLimit: 0 })
    const app = await newApp()
    const client = connect()
    await expect(client.deploy(app)).resolves.toEqual({ kind: 'queue_full', retryAfterS: 60 })
    // It is this server's queue that is full, not the connection that has to pause.
    await expect(client.version()).resolves.toBe('4.3.11')
    await expect(deploysAsked()).resolves.toBe(1)
  })

  it('that a policy refuses is a 200 without a deployment: refused, in its words', async () => {
    await coolify().switch({ denyDeploy: true })
    const message = 'You are not authorized to deploy this application.'
    await expect(connect().deploy(await newApp())).resolves.toEqual({ kind: 'refused', message })
    await expect(deploysAsked()).resolves.toBe(1)
  })

  it('of an application that is gone is not_found ("No resources found.")', async () => {
    const app = 'c00000000000000000000000'
    const mark = { serverTime: new Date().toISOString(), knownUuids: [] }
    await expect(connect().deploy(app)).rejects.toMatchObject({ code: 'not_found', status: 404 })
    await expect(connect().deploy(app, { mark })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('that is plainly refused is not asked for again', async () => {
    await coolify().switch({ abilities: ['read'] })
    await expect(connect().deploy(await newApp())).rejects.toMatchObject({ code: 'forbidden' })
    await expect(deploysAsked()).resolves.toBe(1)
  })

  it('never sends an identifier that would be a path', async () => {
    await expect(connect().deploy('../servers')).rejects.toMatchObject({ code: 'not_found' })
    await expect(connect().getDeployment('..')).resolves.toBeNull()
    await expect(asked()).resolves.toEqual([])
  })
})

describe.each([
  ['a connection that breaks', 'reset' as const],
  ['no answer in time', 'hang' as const],
  ['a 502 of the proxy', { status: 502, body: '<h1>Bad Gateway</h1>', contentType: 'text/html' }],
  ['an answer that is no JSON', { status: 200, body: 'ok', contentType: 'text/html' }],
])('after %s', (_, how) => {
  const impatient = { requestMs: 1_000 }

  it('a deploy that happened is adopted, and not asked for again', async () => {
    await coolify().fail({ method: 'POST', path: '/deploy', how, done: true })
    const app = await newApp()
    const result = await connect(impatient).deploy(app, { force: true })
    expect(result.kind).toBe('found')
    await expect(deploymentsOf(app)).resolves.toMatchObject([{ uuid: uuidOf(result) }])
    await expect(deploysAsked()).resolves.toBe(1)
  })

  it('a deploy that did not happen is asked for once more', async () => {
    await coolify().fail({ method: 'POST', path: '/deploy', how })
    const app = await newApp()
    await expect(connect(impatient).deploy(app)).resolves.toMatchObject({ kind: 'created' })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
    await expect(deploysAsked()).resolves.toBe(2)
  })
})

describe('after a lost answer', () => {
  const lose = (times = 1) => coolify().fail({ method: 'POST', path: '/deploy', how: 'reset', times })

  it('a second loss ends it, and says that the outcome is open', async () => {
    await lose(2)
    const error = { code: 'network', outcomeUnknown: true }
    await expect(connect().deploy(await newApp())).rejects.toMatchObject(error)
    await expect(deploysAsked()).resolves.toBe(2)
  })

  it('a Coolify that cannot be looked at leaves the outcome open, without a second request', async () => {
    await coolify().fail({ method: 'POST', path: '/deploy', how: 'reset', done: true })
    const app = await newApp()
    const mark = await connect().markBeforeDeploy(app)
    const looks = '/deployments/applications'
    // The first look, for an earlier deployment, is answered.
    await coolify().fail({ method: 'GET', path: looks, how: { status: 503 }, after: 1 })
    const deploy = connect().deploy(app, { force: true, mark })
    await expect(deploy).rejects.toMatchObject({ code: 'network', outcomeUnknown: true })
    await expect(deploysAsked()).resolves.toBe(1)
    await expect(connect().deploy(app, { force: true, mark })).resolves.toMatchObject({ kind: 'found' })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
  })

  it.each([['push' as const], ['page' as const]])('prefers its own row to one begun by a %s', async (by) => {
    await coolify().live({ hold: 'queued' })
    await coolify().fail({ method: 'POST', path: '/deploy', how: 'reset', done: true })
    const app = await newApp()
    const mark = await connect().markBeforeDeploy(app)
    const other = await coolify().begin(app, by)
    const result = await connect().deploy(app, { force: true })
    expect(uuidOf(result)).not.toBe(other)
    await expect(connect().findDeployed(app, mark)).resolves.toMatchObject({ deploymentUuid: uuidOf(result) })
  })

  it('adopts no deployment that a push began', async () => {
    await lose(2)
    const app = await newApp()
    const mark = await connect().markBeforeDeploy(app)
    await coolify().begin(app, 'push')
    await expect(connect().findDeployed(app, mark)).resolves.toBeNull()
    await expect(connect().deploy(app, { mark })).rejects.toMatchObject({ code: 'network' })
  })

  it('adopts a row that an older version does not mark as of the API', async () => {
    await coolify().switch({ marksApi: false })
    await coolify().fail({ method: 'POST', path: '/deploy', how: 'reset', done: true })
    const app = await newApp()
    await expect(connect().deploy(app, { force: true })).resolves.toMatchObject({ kind: 'found' })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
  })

  it('adopts none from before, neither an older one nor one that was known', async () => {
    await lose(2)
    const app = await newApp()
    await coolify().begin(app, 'api', { ageMs: 60_000 })
    await coolify().begin(app, 'api')
    await expect(connect().deploy(app)).rejects.toMatchObject({ code: 'network', outcomeUnknown: true })
    const mark = { serverTime: new Date().toISOString(), knownUuids: [] }
    await expect(connect().findDeployed(app, { ...mark, serverTime: '2999-01-01T00:00:00.000Z' })).resolves.toBeNull()
  })

  it('a deploy with the mark of a crashed one adopts what that one began', async () => {
    const app = await newApp()
    const mark = await connect().markBeforeDeploy(app)
    await coolify().fail({ method: 'POST', path: '/deploy', how: 'hang', done: true })
    const crash = AbortSignal.timeout(500)
    await expect(connect().deploy(app, { force: true, mark, signal: crash })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await expect(connect().deploy(app, { force: true, mark })).resolves.toMatchObject({ kind: 'found' })
    await expect(deploymentsOf(app)).resolves.toHaveLength(1)
  })

  it('an identifier that could not be confirmed leaves the outcome open', async () => {
    const app = await newApp()
    const mark = await connect().markBeforeDeploy(app)
    await coolify().fail({ method: 'GET', path: '/deployments/c', how: 'reset' })
    await expect(connect().deploy(app)).rejects.toMatchObject({ code: 'network', outcomeUnknown: true })
    await expect(connect().findDeployed(app, mark)).resolves.toMatchObject({ isApi: true })
  })
})

describe('a rollback', () => {
  const deployTwice = async () => {
    await coolify().live({ queuedMs: 0, lineMs: 0 })
    const app = await newApp()
    const client = connect()
    await client.deploy(app)
    await expect.poll(async () => (await client.rollbackImages(app)).length).toBe(1)
    await client.updateApplication(app, { gitBranch: 'next' })
    await client.deploy(app)
    await expect.poll(async () => (await client.rollbackImages(app)).length).toBe(2)
    return app
  }

  it('goes back to an image that is still there', async () => {
    const app = await deployTwice()
    const images = await connect().rollbackImages(app)
    expect(images.map(({ isCurrent }) => isCurrent)).toEqual([true, false])
    expect(images[0]?.createdAt).toMatch(/^\d{4}-\d\d-\d\dT.+Z$/)
    const earlier = images[1]?.tag ?? ''
    const result = await connect().rollback(app, earlier)
    expect(result.kind).toBe('created')
    await expect(connect().getDeployment(uuidOf(result))).resolves.toMatchObject({ rollback: true, commit: earlier })
  })

  it('says with 400 that the queue is full', async () => {
    const app = await newApp()
    await coolify().switch({ queueLimit: 0 })
    await expect(connect().rollback(app, 'abc')).resolves.toEqual({ kind: 'queue_full', retryAfterS: 60 })
  })

  it('whose answer got lost is adopted, and nothing else in its place', async () => {
    await coolify().live({ hold: 'queued' })
    await coolify().fail({ method: 'POST', path: '/applications', how: 'reset', done: true })
    const app = await newApp()
    await coolify().begin(app, 'api')
    const result = await connect().rollback(app, 'abc')
    expect(result.kind).toBe('found')
    await expect(connect().getDeployment(uuidOf(result))).resolves.toMatchObject({ rollback: true, commit: 'abc' })
  })

  it('needs Coolify 4.3.0 (unknown route: 404 with "docs")', async () => {
    await coolify().switch({ version: '4.2.9' })
    const app = await newApp()
    await expect(connect().rollback(app, 'abc')).rejects.toMatchObject({ code: 'unsupported' })
    await expect(connect().rollbackImages(app)).rejects.toMatchObject({ code: 'unsupported' })
  })
})

describe('a restart', () => {
  it('is a deployment of its own', async () => {
    const result = await connect().restart(await newApp())
    expect(result.kind).toBe('created')
    await expect(connect().getDeployment(uuidOf(result))).resolves.toMatchObject({ restartOnly: true })
  })

  it('with a full queue gets a phantom, which is told as a full queue', async () => {
    const app = await newApp()
    await coolify().switch({ queueLimit: 0 })
    await expect(connect().restart(app)).resolves.toEqual({ kind: 'queue_full', retryAfterS: 60 })
    await expect(deploymentsOf(app)).resolves.toEqual([])
  })

  it('while the same commit waits gets no identifier, and adopts what waits', async () => {
    await coolify().live({ hold: 'queued' })
    const app = await newApp()
    const first = await connect().deploy(app)
    await expect(connect().restart(app)).resolves.toEqual({ kind: 'adopted', deploymentUuid: uuidOf(first) })
  })
})
