/** The server is killed: its agents are gone with it, and the next one has them again. */
import { DeployKey } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { admin, startServer } from '@craftastic/testing/server-process'
import { expect, it } from 'vitest'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'

describeOnEngine('a deploy key, when the server is killed', () => {
  it('is offered again by the next one', { timeout: 120_000 }, async () => {
    const server = await startServer()
    try {
      const api = await ApiClient.signIn(server.baseUrl, admin)
      const { id } = await api.createEnvironment({ name: 'home' })
      const key = await api.expect(200, DeployKey, 'POST', `/api/environments/${id}/deploy-key`)
      const list = () => inContainer(id, 'sh', '-c', 'SSH_AUTH_SOCK=/run/craftastic/agent.sock ssh-add -l 2>&1 || true')
      await expect.poll(list, { timeout: 10_000 }).toContain(key.fingerprint)
      await server.crash()
      await expect.poll(list, { timeout: 10_000 }).toMatch(/connecting to agent|communicating/i)
      await server.restart()
      await expect.poll(list, { timeout: 20_000 }).toContain(key.fingerprint)
      await (await ApiClient.signIn(server.baseUrl, admin)).removeEnvironment(id)
    } finally {
      expect(await server.remove()).toEqual([])
    }
  })
})
