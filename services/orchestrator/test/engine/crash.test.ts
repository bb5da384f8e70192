/**
 * The server is killed between any two steps of every operation. One process is halted at all gaps of a kind at once,
 * each in an environment of its own, and then killed; the next one must finish what was begun, with nothing lost and
 * nothing left over.
 */
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Environment,
  EnvironmentList,
  KeptWorkList,
  OperationKind,
  OperationList,
  SessionList,
  StepName,
} from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { engineVariables, newInstanceId } from '@craftastic/testing/engine-environment'
import { listLeftovers, removeLeftovers } from '@craftastic/testing/engine-leftovers'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gapName, listGaps, listSteps } from '../harness/crash-gaps.ts'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { runProcess, type RunningProcess } from '../harness/run-process.ts'
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts'

const admin = { email: 'admin@example.org', password: 'correct horse battery' }
const recoveryMs = 60_000
/** For what is made ready before anything is killed, of which no speed is claimed. */
const patienceMs = 120_000

/** What each kind leads to, and what the engine then has: running containers, containers, networks, volumes. */
const outcomes: Record<OperationKind, ['running' | 'stopped' | 'gone', number[]]> = {
  create: ['running', [1, 1, 1, 1]],
  start: ['running', [1, 1, 1, 1]],
  restart: ['running', [1, 1, 1, 1]],
  retry: ['running', [1, 1, 1, 1]],
  recover: ['running', [1, 1, 1, 1]],
  stop: ['stopped', [0, 1, 0, 1]],
  delete: ['gone', [0, 0, 0, 0]],
}

describeOnEngine('a server that is killed between two steps', () => {
  const instanceId = newInstanceId()
  const dataDir = mkdtempSync(join(tmpdir(), 'craftastic-crash-'))
  let database: TestDatabase
  let git: GitServer
  let server: RunningProcess
  let api: ApiClient

  beforeAll(async () => {
    git = await startGitServer()
    database = await createTestDatabase()
  })
  afterAll(async () => {
    await stop('SIGKILL')
    const leftovers = await listLeftovers(instanceId)
    await removeLeftovers(instanceId)
    await database.drop()
    await git.close()
    rmSync(dataDir, { recursive: true, force: true })
    expect(leftovers).toEqual([])
  })

  const start = async (file: string) => {
    server = runProcess(file, {
      DOCKER_HOST: '/var/run/docker.sock',
      ...engineVariables(),
      NODE_ENV: 'test',
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      INSTANCE_ID: instanceId,
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      GIT_ALLOWED_HOSTS: git.origin,
      SANDBOX_CPU_LIMIT: '2',
      CREATE_CONCURRENCY: '32',
      MAX_RUNNING_PER_USER: '100',
      LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'error',
    })
    const [, url = ''] = await server.waitFor(/ready at (\S+)/)
    api = await ApiClient.signIn(url, admin)
  }
  const stop = async (signal: NodeJS.Signals) => {
    server.child.kill(signal)
    await server.ended
  }
  const create = (body: { name: string; repositoryUrl?: string; keptWorkId?: string }) =>
    api.expect(202, Environment, 'POST', '/api/environments', { body })
  const untilRunning = (id: string) => expect.poll(() => readStatus(id), { timeout: patienceMs }).toBe('running')
  const writeWork = (id: string) => inContainer(id, 'sh', '-c', 'echo precious > /workspace/precious')
  const listKept = async () => (await api.expect(200, KeptWorkList, 'GET', '/api/kept-work')).keptWork
  /** Of one that is made and deleted for it: a clone, and what is beside it. */
  const keepWork = async () => {
    const { id } = await create({ name: 'origin', repositoryUrl: git.projectUrl })
    await untilRunning(id)
    await writeWork(id)
    await api.deleteEnvironment(id)
    const [kept] = await listKept()
    if (kept === undefined) throw new Error('nothing was kept')
    return kept.id
  }
  const read = (id: string) => api.request('GET', `/api/environments/${id}`)
  const readStatus = async (id: string) => {
    const { data } = Environment.safeParse((await read(id)).body)
    return data?.status === 'error' ? `error: ${data.statusReason}` : (data?.status ?? 'gone')
  }
  const countResources = async (id: string) => {
    const filter = ['--quiet', '--filter', `label=craftastic.environment=${id}`]
    const count = (text: string) => text.split('\n').filter((line) => line !== '').length
    const [running, containers, networks, volumes] = await Promise.all([
      docker('ps', ...filter),
      docker('ps', '--all', ...filter),
      docker('network', 'ls', ...filter),
      docker('volume', 'ls', ...filter),
    ])
    return [running, containers, networks, volumes].map(count)
  }

  /** Makes one environment for each gap, in the state that `kind` begins with, and asks for it. Answers their ids. */
  const haltAtEveryGap = async (kind: OperationKind): Promise<Map<string, string>> => {
    const names = listGaps(kind).map((gap) => gapName(kind, gap))
    const source = await prepareSource(kind)
    const created = await Promise.all(names.map((name) => create({ name, ...source })))
    const ids = new Map(created.map(({ name, id }) => [name, id]))
    if (kind !== 'create') {
      for (const id of ids.values()) await untilRunning(id)
      await Promise.all([...ids.values()].map(writeWork))
      await Promise.all([...ids.values()].map((id) => bringAbout(kind, id)))
    }
    for (const name of names) await server.waitFor(new RegExp(`^halted at ${name}$`, 'm'), patienceMs)
    return ids
  }
  const prepareSource = async (kind: OperationKind) => {
    if (listSteps(kind).includes('restore')) return { keptWorkId: await keepWork() }
    // The bundle of a delete is to have something to build on.
    return kind === 'delete' ? { repositoryUrl: git.projectUrl } : {}
  }
  const bringAbout = async (kind: OperationKind, id: string) => {
    if (kind === 'recover') {
      await api.createSession({ environmentId: id })
      return docker('kill', nameOf(id))
    }
    if (kind === 'start' || kind === 'retry') await stopEnvironment(id)
    if (kind === 'retry') await fail(id)
    const [method, path] = kind === 'delete' ? (['DELETE', ''] as const) : (['POST', `/${kind}`] as const)
    expect((await api.request(method, `/api/environments/${id}${path}`)).status).toBe(202)
  }
  const stopEnvironment = (id: string) =>
    api.expect(200, Environment, 'POST', `/api/environments/${id}/stop`, { headers: { prefer: 'wait=60' } })
  const fail = (id: string) =>
    database.db
      .updateTable('environments')
      .set({ status: 'error', desired_state: 'running', status_reason: 'It failed.' })
      .where('id', '=', id)
      .execute()

  it('leaves out no step', () => {
    const covered = new Set(OperationKind.options.flatMap(listSteps))
    expect([...covered].sort()).toEqual([...StepName.options].sort())
  })

  const kinds = OperationKind.options.map((kind) => [kind, ...outcomes[kind]] as const)
  it.each(kinds)(
    'finishes every %s afterwards: %s',
    { timeout: 2 * recoveryMs + 2 * patienceMs },
    async (kind, status, resources) => {
      await start('../test/harness/crash-server.ts')
      const ids = await haltAtEveryGap(kind)
      await stop('SIGKILL')
      await start('index.ts')
      const killedAt = performance.now()
      for (const [name, id] of ids) {
        const left = Math.max(1_000, recoveryMs - (performance.now() - killedAt))
        await expect.poll(() => readStatus(id), { timeout: left, message: name }).toBe(status)
      }
      for (const [name, id] of ids) {
        expect(await countResources(id), name).toEqual(resources)
        if (status === 'gone') continue
        const { operations } = await api.expect(200, OperationList, 'GET', `/api/environments/${id}/operations`)
        expect(operations[0], name).toMatchObject({ kind, state: 'succeeded' })
        expect(operations[0]?.steps.map((step) => step.name)).toEqual(listSteps(kind))
        if (status === 'running') expect(await inContainer(id, 'cat', '/workspace/precious'), name).toBe('precious')
        if (kind === 'recover') {
          // Whichever server brought it back: what ran in it has ended, and nothing says otherwise.
          const { statusReason } = Environment.parse((await read(id)).body)
          expect(statusReason, name).toBe(
            'The container was killed. It was started again; the programs that ran in it have ended.',
          )
          const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${id}`)
          expect(sessions, name).toMatchObject([{ status: 'inactive', restoredAt: expect.any(String) }])
        }
        if (kind === 'create') {
          const commits = await inContainer(id, 'git', '-C', '/workspace', 'rev-list', '--count', 'HEAD')
          expect(Number(commits), name).toBe(git.projectCommits)
        }
        await api.request('DELETE', `/api/environments/${id}`)
      }
      await expect.poll(() => listLeftovers(instanceId), { timeout: recoveryMs }).toEqual([])
      if (kind === 'delete') {
        const names = (await listKept())
          .filter(({ isAvailable }) => isAvailable)
          .map(({ environmentName }) => environmentName)
        expect(names.filter((name) => ids.has(name)).sort()).toEqual([...ids.keys()].sort())
      }
      const path = `/api/environments/user/${api.userId}`
      await expect.poll(async () => (await api.expect(200, EnvironmentList, 'GET', path)).environments).toEqual([])
      await stop('SIGTERM')
    },
  )
})
