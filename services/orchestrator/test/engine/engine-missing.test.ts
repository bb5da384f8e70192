/** Without an engine the product stays up, says what is wrong, and nothing hangs. */
import { Environment, Operation, Readiness } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

describeOnEngine('without an engine', () => {
  const server = useEngineServer({ env: { DOCKER_HOST: 'unix:///nonexistent/engine.sock' } })
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })

  it('is not ready and names the part', async () => {
    const answer = await api.request('GET', '/readyz')
    expect(answer.status).toBe(503)
    const { parts } = Readiness.parse(answer.body)
    expect(parts.database.ready).toBe(true)
    expect(parts.engine).toMatchObject({ ready: false, reason: 'does not answer' })
  })

  it('lets a create wait for the engine and say so, and takes every later wish', async () => {
    const created = await api.expect(202, Environment, 'POST', '/api/environments', { body: { name: 'early' } })
    const path = `/api/environments/${created.id}`
    const read = () => api.expect(200, Environment, 'GET', path)
    const message = async () => (await read()).operation?.steps.find(({ state }) => state === 'running')?.message
    await expect.poll(message).toMatch(/container engine does not answer/)
    expect(await read()).toMatchObject({ status: 'starting', operation: { kind: 'create', state: 'running' } })

    const cancel = `/api/operations/${created.operation?.id}/cancel`
    expect(await api.expect(200, Operation, 'POST', cancel)).toMatchObject({ state: 'cancelled' })
    await expect.poll(message).toMatch(/container engine does not answer/)
    expect(await read()).toMatchObject({ status: 'stopping', operation: { kind: 'stop', state: 'running' } })

    expect((await api.request('DELETE', path)).status).toBe(202)
    await expect.poll(message).toMatch(/container engine does not answer/)
    expect(await read()).toMatchObject({ status: 'deleting', desiredState: 'deleted', operation: { kind: 'delete' } })
  })
})
