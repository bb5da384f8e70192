/** What Coolify tells of deployments, and their end before their time. */
import { describe, expect, it } from 'vitest'
import type { DeployResult } from '../src/services/coolify-client.ts'
import { isEndedInCoolify, toDeploymentProgress } from '../src/services/coolify-status.ts'
import { useFakeCoolify } from './harness/coolify.ts'

const { coolify, connect, newApp, asked } = useFakeCoolify()

const uuidOf = (result: DeployResult) => ('deploymentUuid' in result ? result.deploymentUuid : result.kind)
const deploy = async (app: string) => uuidOf(await connect().deploy(app))
const look = async (uuid: string) => {
  const deployment = await connect().getDeployment(uuid)
  const logs = deployment?.logs.kind === 'lines' ? deployment.logs.lines.map(({ text }) => text) : null
  return { status: deployment?.status, progress: deployment && toDeploymentProgress(deployment.status), logs }
}

describe('a deployment', () => {
  it('goes from queued to finished, and its log grows', async () => {
    await coolify().live({ hold: 'queued' })
    const uuid = await deploy(await newApp())
    await expect(look(uuid)).resolves.toEqual({ status: 'queued', progress: 'queued', logs: [] })
    await coolify().live({ hold: 'in_progress', lineMs: 0 }, uuid)
    await expect.poll(() => look(uuid)).toMatchObject({ status: 'in_progress' })
    const begun = await look(uuid)
    await coolify().live({ hold: null }, uuid)
    await expect.poll(() => look(uuid)).toMatchObject({ status: 'finished', progress: 'finished' })
    const ended = await look(uuid)
    expect(ended.logs?.slice(0, begun.logs?.length)).toEqual(begun.logs)
    expect(ended.logs?.at(-1)).toBe('Rolling update completed.')
    expect(ended.logs?.join()).not.toContain('ghs_hidden')
  })

  it('says its last lines after it has failed, behind the others, and when it finished later still', async () => {
    await coolify().live({ outcome: 'failed', queuedMs: 0, lineMs: 0, lateMs: 400 })
    const uuid = await deploy(await newApp())
    await expect.poll(() => look(uuid)).toMatchObject({ status: 'failed' })
    const first = await connect().getDeployment(uuid)
    expect(first?.finishedAt).toBeNull()
    await expect.poll(async () => (await look(uuid)).logs?.at(-1)).toMatch(/^Deployment failed/)
    await expect.poll(async () => (await connect().getDeployment(uuid))?.finishedAt).toBeInstanceOf(Date)
  })

  it('is null when Coolify does not know it', async () => {
    const uuid = await deploy(await newApp())
    await coolify().forget(uuid)
    await expect(connect().getDeployment(uuid)).resolves.toBeNull()
  })

  it('with a status that nobody knows goes on', async () => {
    await coolify().live({ hold: 'queued' })
    const uuid = await deploy(await newApp())
    await coolify().setStatus(uuid, 'preparing\u0007')
    const deployment = await connect().getDeployment(uuid)
    expect(deployment).toMatchObject({ status: 'unknown', rawStatus: 'preparing' })
    expect(toDeploymentProgress('unknown')).toBe('in_progress')
    expect(isEndedInCoolify('unknown')).toBe(false)
  })

  it('that a start of Coolify ended has failed, without a line that says why', async () => {
    await coolify().live({ hold: 'in_progress', queuedMs: 0, lineMs: 60_000 })
    const uuid = await deploy(await newApp())
    await coolify().restartCoolify()
    await expect(look(uuid)).resolves.toEqual({ status: 'failed', progress: 'failed', logs: [] })
  })

  it('keeps nothing of the application that comes with it, which holds secrets', async () => {
    const app = await newApp()
    const uuid = await deploy(app)
    expect(JSON.stringify(await connect().getDeployment(uuid))).not.toMatch(/secret-of|password-of/)
  })

  it('has an address in this Coolify only', async () => {
    const uuid = await deploy(await newApp())
    const deployment = await connect().getDeployment(uuid)
    expect(deployment?.url).toMatch(new RegExp(`^${coolify().url}/project/.+/deployment/${uuid}$`))
    const raw = { ...(await rawDeployment(uuid)), deployment_url: '//elsewhere.example/x', logs: null }
    await coolify().fail({ how: { status: 200, body: JSON.stringify(raw) } })
    await expect(connect().getDeployment(uuid)).resolves.toMatchObject({ url: null })
  })

  it('has the log as an array in some versions', async () => {
    await coolify().switch({ logsAsArray: true })
    const uuid = await deploy(await newApp())
    await expect.poll(async () => (await look(uuid)).logs?.length).toBeGreaterThan(2)
  })

  it('without read:sensitive has no log, and says so', async () => {
    await coolify().switch({ abilities: ['read', 'write', 'deploy'] })
    const uuid = await deploy(await newApp())
    await expect(connect().getDeployment(uuid)).resolves.toMatchObject({ logs: { kind: 'withheld' } })
  })

  it('may lose lines: what is left is told as it is', async () => {
    await coolify().live({ queuedMs: 0, lineMs: 0 })
    const uuid = await deploy(await newApp())
    await expect.poll(() => look(uuid)).toMatchObject({ status: 'finished' })
    await coolify().loseLog(uuid, 3)
    await expect(look(uuid)).resolves.toMatchObject({ logs: ['Building the image.', 'Rolling update completed.'] })
  })
})

describe('lists', () => {
  it.each([
    ['an array', false],
    ['an object with the rows as numbers', true],
  ])('of what is under way come as %s', async (_, activeAsObject) => {
    await coolify().live({ hold: 'queued' })
    await coolify().switch({ activeAsObject })
    const uuids = [await deploy(await newApp()), await deploy(await newApp())]
    const active = await connect().listActiveDeployments()
    expect(active.map(({ deploymentUuid }) => deploymentUuid).sort()).toEqual(uuids.sort())
  })

  it('of what is under way may be empty, in both shapes', async () => {
    await expect(connect().listActiveDeployments()).resolves.toEqual([])
    await coolify().switch({ activeAsObject: true })
    await expect(connect().listActiveDeployments()).resolves.toEqual([])
  })

  it('of an application are counted and come in pages, the newest first', async () => {
    const app = await newApp()
    const first = await coolify().begin(app, 'push')
    const second = await coolify().begin(app, 'page')
    const page = await connect().listAppDeployments(app, { skip: 0, take: 1 })
    expect(page).toMatchObject({ count: 2, deployments: [{ deploymentUuid: second, isWebhook: false }] })
    const rest = await connect().listAppDeployments(app, { skip: 1 })
    expect(rest.deployments).toMatchObject([{ deploymentUuid: first, isWebhook: true }])
  })

  it('of an application that is gone are not_found', async () =>
    expect(connect().listAppDeployments('c0')).rejects.toMatchObject({ code: 'not_found' }))
})

describe('a cancel', () => {
  const begin = async () => {
    await coolify().live({ hold: 'in_progress', queuedMs: 0 })
    return deploy(await newApp())
  }

  it('ends it', async () => {
    const uuid = await begin()
    await expect(connect().cancel(uuid)).resolves.toBe('cancelled')
    await expect(look(uuid)).resolves.toMatchObject({ status: 'cancelled-by-user', progress: 'cancelled' })
  })

  it('that answers 500 although it worked (before 4.3.7) is judged by what is there', async () => {
    const uuid = await begin()
    await coolify().switch({ cancelFails: true })
    await expect(connect().cancel(uuid)).resolves.toBe('cancelled')
  })

  it('that takes too long is judged by what is there', async () => {
    const uuid = await begin()
    await coolify().switch({ cancelMs: 30_000 })
    await expect(connect({ cancelMs: 300 }).cancel(uuid)).resolves.toBe('cancelled')
  })

  it('may take longer than other requests', async () => {
    const uuid = await begin()
    await coolify().switch({ cancelMs: 600 })
    await expect(connect({ requestMs: 300 }).cancel(uuid)).resolves.toBe('cancelled')
    expect((await asked()).filter((request) => request.startsWith('GET /deployments/c'))).toHaveLength(1)
  })

  it('that failed and did nothing fails', async () => {
    const uuid = await begin()
    await coolify().fail({ method: 'POST', path: `/deployments/${uuid}`, how: { status: 500 } })
    await expect(connect().cancel(uuid)).rejects.toMatchObject({ code: 'server' })
    await expect(look(uuid)).resolves.toMatchObject({ status: 'in_progress' })
  })

  it.each(['finished', 'failed', 'cancelled-by-user'])('of one that has %s says so (400)', async (status) => {
    const uuid = await begin()
    await coolify().setStatus(uuid, status)
    await expect(connect().cancel(uuid)).resolves.toEqual({ alreadyEnded: status })
  })

  it('that comes too late to a 500 says how it ended', async () => {
    const uuid = await begin()
    await coolify().setStatus(uuid, 'finished')
    await coolify().fail({ method: 'POST', path: `/deployments/${uuid}`, how: { status: 500 } })
    await expect(connect().cancel(uuid)).resolves.toEqual({ alreadyEnded: 'finished' })
  })

  it('of what is not there is not_found', async () =>
    expect(connect().cancel('c0')).rejects.toMatchObject({ code: 'not_found' }))

  it('of what another team has is forbidden', async () => {
    const uuid = await begin()
    const body = '{"message":"You do not have permission to cancel this deployment."}'
    await coolify().fail({ method: 'POST', path: `/deployments/${uuid}`, how: { status: 403, body } })
    await expect(connect().cancel(uuid)).rejects.toMatchObject({ code: 'forbidden', refusesAll: false })
  })
})

async function rawDeployment(uuid: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${coolify().url}/api/v1/deployments/${uuid}`, {
    headers: { accept: 'application/json', authorization: `Bearer ${coolify().token}` },
  })
  return response.json() as Promise<Record<string, unknown>>
}
