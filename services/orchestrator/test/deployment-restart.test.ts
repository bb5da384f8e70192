/** Servers that are killed in the middle of a deployment, and two servers on one database: nothing is deployed twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment, DeploymentAccepted, DeploymentLog } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { repositoryUrl } from './harness/deploy-server.ts'
import { runProcess, type RunningProcess } from './harness/run-process.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

const admin = { email: 'admin@example.org', password: 'correct horse battery' }
const readyLine = /Craftastic is ready at (http:\/\/\S+)/

type Server = { process: RunningProcess; api: ApiClient }

let database: TestDatabase
let coolify: FakeCoolify
let dataDir: string
let running: RunningProcess[]
let appId: string
beforeEach(async () => {
  database = await createTestDatabase()
  coolify = await startFakeCoolify()
  dataDir = mkdtempSync(join(tmpdir(), 'craftastic-deployments-'))
  running = []
  appId = await coolify.addApplication(repositoryUrl, 'main')
})
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGTERM')
    await ended
  }
  const { violations } = await coolify.look()
  await coolify.close()
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
  expect(violations).toEqual([])
})

async function start(): Promise<Server> {
  const process = runProcess('index.ts', {
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    PORT: '0',
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    COOLIFY_API_URL: coolify.url,
    COOLIFY_API_TOKEN: coolify.token,
  })
  running.push(process)
  const [, url = ''] = await process.waitFor(readyLine)
  return { process, api: await ApiClient.signIn(url, admin) }
}

async function kill({ process: { child, ended } }: Server): Promise<void> {
  child.kill('SIGKILL')
  await ended
}

async function deploy({ api }: Server, headers: Record<string, string> = {}): Promise<string> {
  const { id: userId } = await database.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
  const values = { user_id: userId, name: 'env', status: 'stopped', repository_url: repositoryUrl }
  const insert = database.db.insertInto('environments').values(values)
  const { id: environmentId } = await insert.returning('id').executeTakeFirstOrThrow()
  const body = { environmentId, appId, allowUnpushed: true }
  const answer = await api.request('POST', '/api/deployment/deploy', { body, headers })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  return DeploymentAccepted.parse(answer.body).deploymentId
}

const look = ({ api }: Server, id: string) => api.expect(200, Deployment, 'GET', `/api/deployment/status/${id}`)
const until = (server: Server, id: string, status: string) =>
  expect.poll(async () => (await look(server, id)).status, { timeout: 40_000, interval: 200 }).toBe(status)
const requests = async (start: string) =>
  (await coolify.look()).requests.filter(({ method, path }) => `${method} ${path}`.startsWith(start))
/** The one deployment that there is in Coolify. */
const onlyOne = async () => {
  const { deployments } = await coolify.look()
  expect(deployments).toHaveLength(1)
  return deployments[0]
}

it('a server that is killed while Coolify builds: the row ends as Coolify says', { timeout: 150_000 }, async () => {
  await coolify.live({ hold: 'in_progress', outcome: 'failed' })
  const first = await start()
  const id = await deploy(first)
  await until(first, id, 'in_progress')
  await kill(first)
  const inCoolify = await onlyOne()
  await coolify.live({ hold: null }, inCoolify?.uuid ?? '')

  const second = await start()
  await until(second, id, 'failed')
  const { metadata } = await look(second, id)
  expect(metadata).toMatchObject({ coolifyDeploymentId: inCoolify?.uuid, error: { code: 'build_failed' } })
  const log = () => second.api.expect(200, DeploymentLog, 'GET', `/api/deployment/logs/${id}`)
  await expect.poll(async () => (await log()).complete, { timeout: 25_000 }).toBe(true)
  expect((await log()).lines.at(-1)?.text).toMatch(/^Deployment failed/)
  await onlyOne()
  expect(await requests('POST /deploy')).toHaveLength(1)
})

it.each([
  ['has taken', true],
  ['never got', false],
] as const)(
  'a server that is killed while it waits for an answer to what Coolify %s',
  { timeout: 150_000 },
  async (_, done) => {
    await coolify.fail({ method: 'POST', path: '/deploy', done, how: 'hang' })
    const first = await start()
    const id = await deploy(first)
    await expect.poll(async () => (await requests('POST /deploy')).length, { timeout: 20_000 }).toBe(1)
    expect((await look(first, id)).status).toBe('pending')
    await kill(first)

    const second = await start()
    await until(second, id, 'finished')
    const inCoolify = await onlyOne()
    const { metadata } = await look(second, id)
    expect(metadata).toMatchObject({ coolifyDeploymentId: inCoolify?.uuid, adopted: done })
    expect(await requests('POST /deploy')).toHaveLength(done ? 1 : 2)
  },
)

it('a cancel whose server is killed is asked for by the next one', { timeout: 150_000 }, async () => {
  await coolify.live({ hold: 'in_progress' })
  const first = await start()
  const id = await deploy(first)
  await until(first, id, 'in_progress')
  await coolify.fail({ method: 'POST', path: '/deployments/', how: 'hang' })
  await first.api.expect(200, Deployment, 'POST', `/api/deployment/cancel/${id}`)
  await expect.poll(async () => (await requests('POST /deployments/')).length, { timeout: 20_000 }).toBe(1)
  await kill(first)
  const second = await start()
  await until(second, id, 'cancelled')
  expect((await onlyOne())?.status).toBe('cancelled-by-user')
})

it('two servers ask as often as one, and either goes on alone', { timeout: 180_000 }, async () => {
  await coolify.live({ hold: 'in_progress' })
  const first = await start()
  const second = await start()
  const id = await deploy(second)
  await until(first, id, 'in_progress')
  const uuid = (await onlyOne())?.uuid ?? ''
  await expect
    .poll(async () => (await requests(`GET /deployments/${uuid}`)).length, { timeout: 40_000 })
    .toBeGreaterThan(5)
  // One to confirm it, then one and the same asks every two seconds, less a fifth.
  const times = (await requests(`GET /deployments/${uuid}`)).map(({ at }) => at).slice(2)
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? at))
  expect(Math.min(...pauses)).toBeGreaterThan(1_400)

  // The first one leads: it was there first.
  await kill(first)
  await coolify.live({ hold: null }, uuid)
  await until(second, id, 'finished')
  await onlyOne()
  const rows = await database.db.selectFrom('audit_log').select(['action', 'result']).orderBy('id').execute()
  expect(rows.map(({ action, result }) => `${action} ${result}`)).toEqual([
    'deployment.deploy begun',
    'deployment.deploy done',
  ])
  expect(first.process.stdout + second.process.stdout).not.toContain(coolify.token.split('|')[1])
})
