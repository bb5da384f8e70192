/** A tmux client that the server has started and lost sight of, on a real tmux. */
import { randomUUID } from 'node:crypto'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attachCommand, listTmuxClients } from '../../src/services/tmux.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openOwnReach, type OwnReach } from '../harness/own-reach.ts'

describeOnEngine('tmux clients without a viewer', () => {
  const server = useEngineServer({ orphanedClients: { sweepIntervalMs: 1_000 } })
  let api: ApiClient
  let environmentId: string
  let reach: OwnReach
  beforeAll(async () => {
    reach = openOwnReach(server())
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'lost-sight' })).id
  })
  afterAll(async () => {
    reach.close()
    await api.removeEnvironment(environmentId)
  })

  const listIds = async () => (await reach.inside(environmentId, listTmuxClients)).map(({ id }) => id)
  const readGauge = async () => {
    const text = await (await fetch(`${server().baseUrl}/metrics`)).text()
    return Number(/^craftastic_tmux_clients_orphaned (\d+)$/m.exec(text)?.[1])
  }

  it('are counted, then sent away; those of viewers and of other servers stay', async () => {
    const session = await api.createSession({ environmentId })
    const target = { baseUrl: server().baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
    const viewer = await openTerminal(target)
    await viewer.waitFor(/\$ /)
    await expect.poll(listIds).toHaveLength(1)
    const [own = ''] = await listIds()
    expect(await readGauge()).toBe(0)

    // Nothing lets a channel go unnoticed; so this one is opened past the server, under an id as it gives them.
    const attach = async (id: string) => {
      const command = attachCommand(session.tmuxSessionName, '/workspace', { id, sizeCounts: false })
      const channel = await reach.inside(environmentId, (ssh) => ssh.openTerminal(command, { cols: 80, rows: 24 }))
      channel.output.resume()
      return channel
    }
    const orphan = `${own.split('.')[0] ?? ''}.${randomUUID()}`
    const ofAnotherServer = `${randomUUID()}.${randomUUID()}`
    await attach(orphan)
    const other = await attach(ofAnotherServer)

    await expect.poll(readGauge, { timeout: 10_000, interval: 100 }).toBe(1)
    await expect.poll(listIds, { timeout: 10_000 }).not.toContain(orphan)
    await expect.poll(readGauge, { timeout: 10_000 }).toBe(0)
    expect((await listIds()).sort()).toEqual([own, ofAnotherServer].sort())
    viewer.type('echo still-$((1 + 1))\r')
    await viewer.waitFor(/still-2/)
    other.close()

    // Also where nobody looks on any more.
    await viewer.close()
    await attach(`${own.split('.')[0] ?? ''}.${randomUUID()}`)
    await expect.poll(readGauge, { timeout: 10_000, interval: 100 }).toBe(1)
    await expect.poll(listIds, { timeout: 10_000 }).toEqual([])
    await api.request('DELETE', `/api/sessions/${session.id}`)
  })
})
