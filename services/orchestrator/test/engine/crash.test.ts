/**
 * The server is killed between any two steps of every operation. One process is halted at all gaps of a kind at once,
 * each in an environment of its own, and then killed; the next one must finish what was begun, with nothing lost and
 * nothing left over.
 */
import { rmSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Environment, EnvironmentList, KeptWorkList, OperationList, type OperationKind } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { engineVariables, newInstanceId } from '@craftastic/testing/engine-environment'
import { listLeftovers, removeLeftovers } from '@craftastic/testing/engine-leftovers'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { gapName, listGaps } from '../harness/crash-gaps.ts'
import { docker, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { runProcess, type RunningProcess } from '../harness/run-process.ts'
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts'

const admin = { email: 'admin@example.org', password: 'correct horse battery' }
const recoveryMs = 60_000

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
  const create = (name: string) =>
    api.expect(202, Environment, 'POST', '/api/environments', { body: { name, repositoryUrl: git.projectUrl } })
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
    const created = await Promise.all(names.map(create))
    const ids = new Map(created.map(({ name, id }) => [name, id]))
    if (kind !== 'create') {
      for (const id of ids.values()) await expect.poll(() => readStatus(id), { timeout: recoveryMs }).toBe('running')
      for (const id of ids.values()) await inContainer(id, 'sh', '-c', 'echo precious > /workspace/precious')
      if (kind === 'start') await Promise.all([...ids.values()].map(stopEnvironment))
      const ask = (id: string) =>
        kind === 'delete'
          ? api.request('DELETE', `/api/environments/${id}`)
          : api.request('POST', `/api/environments/${id}/${kind}`)
      for (const answer of await Promise.all([...ids.values()].map(ask))) expect(answer.status).toBe(202)
    }
    for (const name of names) await server.waitFor(new RegExp(`^halted at ${name}$`, 'm'))
    return ids
  }
  const stopEnvironment = (id: string) =>
    api.expect(200, Environment, 'POST', `/api/environments/${id}/stop`, { headers: { prefer: 'wait=60' } })

  it.each([
    ['create', 'running', [1, 1, 1, 1]],
    ['start', 'running', [1, 1, 1, 1]],
    ['restart', 'running', [1, 1, 1, 1]],
    ['stop', 'stopped', [0, 1, 0, 1]],
    ['delete', 'gone', [0, 0, 0, 0]],
  ] as const)('finishes every %s afterwards: %s', { timeout: 4 * recoveryMs }, async (kind, status, resources) => {
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
      if (status === 'running' && kind !== 'create') {
        expect(await inContainer(id, 'cat', '/workspace/precious'), name).toBe('precious')
      }
      if (kind === 'create') {
        const commits = await inContainer(id, 'git', '-C', '/workspace', 'rev-list', '--count', 'HEAD')
        expect(Number(commits), name).toBe(git.projectCommits)
      }
      await api.request('DELETE', `/api/environments/${id}`)
    }
    await expect.poll(() => listLeftovers(instanceId), { timeout: recoveryMs }).toEqual([])
    if (kind === 'delete') {
      const { keptWork } = await api.expect(200, KeptWorkList, 'GET', '/api/kept-work')
      const names = keptWork.filter(({ isAvailable }) => isAvailable).map(({ environmentName }) => environmentName)
      expect(names.filter((name) => ids.has(name)).sort()).toEqual([...ids.keys()].sort())
    }
    const path = `/api/environments/user/${api.userId}`
    await expect.poll(async () => (await api.expect(200, EnvironmentList, 'GET', path)).environments).toEqual([])
    await stop('SIGTERM')
  })
})
