/** A server that hangs in the middle of something, while another one takes over, takes nothing from that one. */
import { Environment } from '@craftastic/contract'
import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { RuntimeUnavailable, type ContainerRuntime } from '../../src/services/runtime.ts'
import { docker, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

/** What happens once, in the middle of a call, after the engine has done it. */
const after = new Map<'removeContainer' | 'removeNetwork', (environmentId: string) => Promise<void>>()
const removed: string[] = []

function interrupt(runtime: ContainerRuntime): ContainerRuntime {
  const interrupted = (verb: 'removeContainer' | 'removeNetwork') => async (environmentId: string) => {
    await runtime[verb](environmentId)
    const happen = after.get(verb)
    after.delete(verb)
    await happen?.(environmentId)
  }
  return {
    ...runtime,
    removeContainer: interrupted('removeContainer'),
    removeNetwork: interrupted('removeNetwork'),
    removeVolume: async (environmentId) => {
      removed.push(environmentId)
      await runtime.removeVolume(environmentId)
    },
    findContainer: async (environmentId) => {
      if (!deaf.delete(environmentId)) return runtime.findContainer(environmentId)
      throw new RuntimeUnavailable('the container engine does not answer', { hasAnswered: false })
    },
  }
}
/** Environments of which the engine tells nothing, once. */
const deaf = new Set<string>()

describeOnEngine('work that is interrupted in its middle', () => {
  const server = useEngineServer({ wrapRuntime: interrupt })

  it('removes no workspace that another run has taken over', { timeout: 120_000 }, async () => {
    const api = await server().signInNew()
    const { db } = server().database
    const taken: string[] = []
    after.set('removeContainer', async (id) => {
      await sql`update environments set generation = generation + 10 where id = ${id}`.execute(db)
      await sql`update operations set generation = generation + 10 where environment_id = ${id}`.execute(db)
      taken.push(await docker('volume', 'ls', '--quiet', '--filter', `name=${nameOf(id)}`))
      expect(removed).toEqual([])
    })
    const body = { name: 'missing', repositoryUrl: `${server().git.origin}/missing.git` }
    const { id } = await api.expect(202, Environment, 'POST', '/api/environments', { body })
    await expect.poll(() => taken, { timeout: 60_000 }).toEqual([nameOf(id)])
    const read = () => api.expect(200, Environment, 'GET', `/api/environments/${id}`)
    await expect.poll(async () => (await read()).status, { timeout: 60_000 }).toBe('error')
    // By the run that took over, and by no other.
    expect(removed).toEqual([id])
    await api.deleteEnvironment(id)
  })

  it('stops although the engine falls silent at the very end', { timeout: 120_000 }, async () => {
    const api = await server().signInNew()
    const { id } = await api.createEnvironment({ name: 'rests' })
    after.set('removeNetwork', async () => void deaf.add(id))
    const headers = { prefer: 'wait=60' }
    const stopped = await api.expect(200, Environment, 'POST', `/api/environments/${id}/stop`, { headers })
    expect(stopped).toMatchObject({ status: 'stopped', operation: { kind: 'stop', state: 'succeeded' } })
    expect(deaf.size).toBe(0)
    await api.deleteEnvironment(id)
  })
})
