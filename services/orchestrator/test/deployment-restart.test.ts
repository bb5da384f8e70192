/** Servers that are killed in the middle of a deployment, and two servers on one database: nothing is deployed twice. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Deployment, DeploymentAccepted, DeploymentLog } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { startFakeCoolify, type FakeCoolify } from '@craftastic/testing/fake-coolify'
import { sql } from 'kysely'
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

async function start(installation = { DATA_DIR: dataDir, DATABASE_URL: database.url }): Promise<Server> {
  const process = runProcess('index.ts', {
    ...installation,
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

async function deploy({ api }: Server, more: { appId?: string; name?: string } = {}): Promise<string> {
  const { id: userId } = await database.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
  const values = { user_id: userId, name: more.name ?? 'env', status: 'stopped', repository_url: repositoryUrl }
  const insert = database.db.insertInto('environments').values(values)
  const { id: environmentId } = await insert.returning('id').executeTakeFirstOrThrow()
  const body = { environmentId, appId: more.appId ?? appId, allowUnpushed: true }
  const answer = await api.request('POST', '/api/deployment/deploy', { body })
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
    expect(metadata).toMatchObject({ coolifyDeploymentId: inCoolify?.uuid, adopted: false })
    expect(await requests('POST /deploy')).toHaveLength(done ? 1 : 2)
  },
)

it('a server that was away for hours asks before it gives up', { timeout: 150_000 }, async () => {
  const lastLine = async (server: Server, id: string) => {
    const log = await server.api.expect(200, DeploymentLog, 'GET', `/api/deployment/logs/${id}`)
    return log.complete ? log.lines.at(-1)?.text : null
  }
  const first = await start()
  // One that ends here and whose last lines come late, one that is built, and one whose answer never came.
  await coolify.live({ outcome: 'failed', lateMs: 8_000 })
  const endedId = await deploy(first, { name: 'ended' })
  await until(first, endedId, 'failed')
  await coolify.live({ outcome: 'finished', hold: 'in_progress' })
  const builtId = await deploy(first, { name: 'built', appId: await coolify.addApplication(repositoryUrl, 'main') })
  await until(first, builtId, 'in_progress')
  await coolify.live({ hold: null })
  await coolify.fail({ method: 'POST', path: '/deploy', done: true, how: 'hang' })
  const lostId = await deploy(first, { name: 'lost', appId: await coolify.addApplication(repositoryUrl, 'main') })
  await expect.poll(async () => (await requests('POST /deploy')).length, { timeout: 20_000 }).toBe(3)
  await kill(first)
  expect(await database.db.selectFrom('deployments').select('id').where('log_reads_left', '=', 0).execute()).toEqual([])
  await sql`
    update deployments set created_at = created_at - interval '3 hours', sent_at = sent_at - interval '3 hours',
      started_at = started_at - interval '3 hours', ended_at = ended_at - interval '3 hours'`.execute(database.db)
  const built = (await coolify.look()).deployments.find(({ status }) => status === 'in_progress')
  await coolify.live({ hold: null }, built?.uuid)
  // After hours the late lines are there.
  const lastOfEnded = async () =>
    (await coolify.look()).deployments.find(({ status }) => status === 'failed')?.logs.at(-1)?.output
  await expect.poll(lastOfEnded, { timeout: 20_000 }).toMatch(/^Deployment failed/)

  const second = await start()
  await until(second, builtId, 'finished')
  await until(second, lostId, 'finished')
  for (const id of [builtId, lostId]) {
    await expect.poll(() => lastLine(second, id), { timeout: 25_000 }).toBe('Rolling update completed.')
  }
  await expect.poll(() => lastLine(second, endedId), { timeout: 25_000 }).toMatch(/^Deployment failed/)
  expect(await requests('POST /deploy')).toHaveLength(3)
})

it('a restored backup goes on with what was under way, and sends nothing twice', { timeout: 200_000 }, async () => {
  const restored = await createTestDatabase({ empty: true })
  const installed = { DATA_DIR: dataDir, DATABASE_URL: database.url, BACKUP_PASSPHRASE: 'a passphrase of some length' }
  const elsewhere = { ...installed, DATA_DIR: join(dataDir, 'elsewhere'), DATABASE_URL: restored.url }
  const file = `${dataDir}.backup`
  try {
    await coolify.live({ hold: 'in_progress' })
    const first = await start()
    const calledOff = await deploy(first)
    await until(first, calledOff, 'in_progress')
    await kill(first)
    // As it stands in a backup of the moment before its job sent it, and before the job of the cancel ran.
    const { environment_id } = await database.db.selectFrom('deployments').selectAll().executeTakeFirstOrThrow()
    const otherApp = await coolify.addApplication(repositoryUrl, 'main')
    const values = { environment_id, app_id: otherApp, status: 'pending' }
    const waiting = await database.db.insertInto('deployments').values(values).returning('id').executeTakeFirstOrThrow()
    await database.db
      .updateTable('deployments')
      .set({ cancel_requested_at: new Date() })
      .where('id', '=', calledOff)
      .execute()
    for (const [name, env, ...args] of [
      ['backup', installed, '--with-keys'],
      ['restore', elsewhere],
    ] as const) {
      const script = runProcess(`scripts/${name}.ts`, env, ['--workspaces=none', ...args, file])
      expect(await script.ended, script.stderr).toBe(0)
    }
    await coolify.live({ hold: null })
    const sentSince = await coolify.begin(otherApp, 'api')

    const second = await start({ DATA_DIR: elsewhere.DATA_DIR, DATABASE_URL: restored.url })
    await until(second, calledOff, 'cancelled')
    await until(second, waiting.id, 'finished')
    expect((await look(second, waiting.id)).metadata.coolifyDeploymentId).toBe(sentSince)
    expect(await requests('POST /deploy?')).toHaveLength(1)
    await kill(second)
  } finally {
    rmSync(file, { force: true })
    await restored.drop()
  }
})

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
