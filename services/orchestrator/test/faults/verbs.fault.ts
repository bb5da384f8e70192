/** Ten clicks at once on every verb have one effect, with an Idempotency-Key and without. */
import { randomUUID } from 'node:crypto'
import { Environment, EnvironmentDeleted, Problem, type Operation } from '@craftastic/contract'
import type { ApiAnswer } from '@craftastic/testing/api-client'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { docker, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import {
  listEnvironments,
  listOperations,
  perform,
  readEnvironment,
  untilEnvironment,
  untilStatus,
  wish,
} from './environment-life.ts'
import { removeFaultServer, startFaultServer, type FaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const clicks = 10

describeOnEngine.each([
  ['with the same Idempotency-Key', true],
  ['without a key', false],
])('ten clicks at once %s', (_, hasKey) => {
  let git: GitServer
  let server: FaultServer
  beforeAll(async () => {
    git = await startGitServer()
    server = await startFaultServer({ GIT_ALLOWED_HOSTS: git.origin })
  })
  afterAll(async () => {
    await removeFaultServer(server)
    await git.close()
  })

  /** The answers; none of them says that the server failed. */
  async function clickTenTimes(method: string, path: string, body?: object): Promise<ApiAnswer[]> {
    const key = randomUUID()
    const headers: Record<string, string> = hasKey ? { 'idempotency-key': key } : {}
    const options = body === undefined ? { headers } : { headers, body }
    const answers = await Promise.all(Array.from({ length: clicks }, () => server.api.request(method, path, options)))
    for (const { status, body: answer } of answers) expect(status, JSON.stringify(answer)).toBeLessThan(500)
    return answers
  }

  const statusesOf = (answers: readonly ApiAnswer[]) => [...new Set(answers.map(({ status }) => status))]

  /** The kinds of what `click` began. */
  async function begunBy(environmentId: string, click: () => Promise<unknown>): Promise<Operation['kind'][]> {
    const before = new Set((await listOperations(server.api, environmentId)).map(({ id }) => id))
    await click()
    const after = await listOperations(server.api, environmentId)
    return after.filter(({ id }) => !before.has(id)).map(({ kind }) => kind)
  }

  it('make one environment', async () => {
    const answers = await clickTenTimes('POST', '/api/environments', { name: 'clicked' })
    const [environment, ...others] = await listEnvironments(server.api)
    expect(others).toEqual([])
    const made = answers.filter(({ status }) => status === 202)
    expect(made).toHaveLength(hasKey ? clicks : 1)
    for (const { body } of made) expect(Environment.parse(body).id).toBe(environment?.id)
    for (const { body } of answers.filter(({ status }) => status !== 202))
      expect(Problem.parse(body).code).toBe('name_taken')
    await untilStatus(server.api, environment?.id ?? '', 'running')
    await server.api.deleteEnvironment(environment?.id ?? '')
  })

  it('stop, start and restart it once', async () => {
    const { api } = server
    const { id } = await api.createEnvironment({ name: 'stops and starts' })
    for (const [verb, status] of [
      ['stop', 'stopped'],
      ['start', 'running'],
      ['restart', 'running'],
    ] as const) {
      const begun = await begunBy(id, async () => {
        const answers = await clickTenTimes('POST', `/api/environments/${id}/${verb}`)
        expect(statusesOf(answers), verb).toEqual([202])
      })
      expect(begun).toEqual([verb])
      await untilStatus(api, id, status)
    }
    await api.deleteEnvironment(id)
  })

  it('retry it once', async () => {
    const { api } = server
    const { id } = await api.createEnvironment({ name: 'fails' })
    await perform(api, id, 'stop')
    await docker('rm', '--force', nameOf(id))
    await docker('volume', 'rm', nameOf(id))
    await wish(api, id, 'start')
    await untilStatus(api, id, 'error')
    const begun = await begunBy(id, async () => {
      expect(statusesOf(await clickTenTimes('POST', `/api/environments/${id}/retry`))).toEqual([202])
    })
    expect(begun).toEqual(['retry'])
    await untilStatus(api, id, 'running')
    await api.deleteEnvironment(id)
  })

  it('call it off once', async () => {
    const { api } = server
    const body = { name: 'hangs', repositoryUrl: git.hangingUrl }
    const { id, operation } = await api.expect(202, Environment, 'POST', '/api/environments', { body })
    const isCloning = ({ operation: newest }: Environment) =>
      newest?.steps.some(({ name, state }) => name === 'clone' && state === 'running') ?? false
    await untilEnvironment(api, id, isCloning)
    const begun = await begunBy(id, async () => {
      const answers = await clickTenTimes('POST', `/api/operations/${operation?.id}/cancel`)
      expect(statusesOf(answers)).toEqual([200])
    })
    expect(begun).toEqual(['stop'])
    await untilStatus(api, id, 'stopped')
    await api.deleteEnvironment(id)
  })

  it('hold it, and delete it once', async () => {
    const { api } = server
    const { id } = await api.createEnvironment({ name: 'held' })
    expect(statusesOf(await clickTenTimes('POST', `/api/environments/${id}/hold`))).toEqual([200])
    expect((await readEnvironment(api, id)).heldUntil).not.toBeNull()
    expect(statusesOf(await clickTenTimes('DELETE', `/api/environments/${id}/hold`))).toEqual([200])
    expect((await readEnvironment(api, id)).heldUntil).toBeNull()
    const answers = await clickTenTimes('DELETE', `/api/environments/${id}`)
    const ids = answers
      .filter(({ status }) => status !== 404)
      .map(({ body }) => EnvironmentDeleted.parse(body).operation.id)
    expect(new Set(ids).size).toBe(1)
    await expect.poll(() => listEnvironments(api), { timeout: 30_000 }).toEqual([])
    await checkInvariant({ api, instanceId: server.process.instanceId })
  })
})
