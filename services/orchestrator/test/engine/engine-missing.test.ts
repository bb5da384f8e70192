/** Without an engine the product stays up, says what is wrong, and nothing hangs. */
import { Environment, Readiness } from '@craftastic/contract'
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

  it('fails a create in words, which can be deleted when the engine is back', async () => {
    const environment = await api.createEnvironment({ name: 'early' })
    expect(environment).toMatchObject({ status: 'error', operation: { state: 'failed', error: { step: 'network' } } })
    expect(environment.statusReason).toMatch(/container engine does not answer/)

    const headers = { prefer: 'wait=30' }
    await api.request('DELETE', `/api/environments/${environment.id}`, { headers })
    const after = await api.expect(200, Environment, 'GET', `/api/environments/${environment.id}`)
    expect(after).toMatchObject({
      status: 'error',
      desiredState: 'deleted',
      operation: { kind: 'delete', state: 'failed' },
    })
  })
})
