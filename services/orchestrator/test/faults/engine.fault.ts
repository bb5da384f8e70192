/** The engine ends, hangs and crashes under the server, with work under way. It is an engine of this file's own. */
import { EnvironmentDeleted, type Environment } from '@craftastic/contract'
import {
  explainNoThrowawayEngine,
  startThrowawayEngine,
  type ThrowawayEngine,
} from '@craftastic/testing/throwaway-engine'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askTmux, inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import {
  attach,
  beginCreate,
  listEnvironments,
  listOperations,
  perform,
  readEnvironment,
  readSession,
  untilRecovered,
  wish,
} from './environment-life.ts'
import { readReadiness, removeFaultServer, startFaultServer, type FaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const missing = explainNoThrowawayEngine()
if (missing !== null && process.env.SKIP_ENGINE !== '1') {
  throw new Error(`An engine of its own is needed, but ${missing}. SKIP_ENGINE=1 leaves this out.`)
}

const frozenMs = 15_000
/** Whoever reads during an outage is answered within this time. */
const quickMs = 2_000

describeOnEngine('an engine that fails', () => {
  let engine: ThrowawayEngine
  let server: FaultServer

  beforeAll(async () => {
    engine = await startThrowawayEngine()
    process.env.DOCKER_HOST = engine.dockerHost
    server = await startFaultServer()
  })
  afterAll(async () => {
    await removeFaultServer(server).finally(() => engine.remove())
  })

  const check = () => checkInvariant({ api: server.api, instanceId: server.process.instanceId })

  async function deleteAll(): Promise<void> {
    const environments = await listEnvironments(server.api)
    await Promise.all(environments.map(({ id }) => server.api.deleteEnvironment(id)))
    await check()
  }

  /** What can be read without the engine is answered, and at once. */
  async function readInOutage({ id }: Environment): Promise<void> {
    for (const path of [`user/${server.api.userId}`, id, `${id}/operations`]) {
      const startedAt = performance.now()
      const { status } = await server.api.request('GET', `/api/environments/${path}`)
      expect(status, path).toBe(200)
      expect(performance.now() - startedAt, path).toBeLessThan(quickMs)
    }
  }

  it('brings environments back with their sessions and their work after it ended', async () => {
    const { api } = server
    const [running, stopped] = await Promise.all([
      api.createEnvironment({ name: 'runs on' }),
      api.createEnvironment({ name: 'rests' }),
    ])
    await inContainer(running.id, 'sh', '-c', 'mkdir /workspace/deep && echo work > /workspace/deep/file')
    const input = { environmentId: running.id, name: 'main', workingDirectory: '/workspace/deep' }
    const session = await api.createSession(input)
    await perform(api, stopped.id, 'stop')

    await engine.stop()
    await expect.poll(() => readReadiness(server)).toBe(503)
    await readInOutage(running)
    await engine.start()

    const recovered = await untilRecovered(api, running.id)
    expect(recovered.statusReason).toMatch(/started again/)
    expect(recovered.operation?.requestedBy).toBeNull()
    const restored = await readSession(api, session.id)
    expect(restored).toMatchObject({ status: 'inactive', restoredAt: expect.any(String) })
    const directory = ['display-message', '-p', '-t', `=${session.tmuxSessionName}:`, '#{pane_current_path}']
    expect(await askTmux(running.id, ...directory)).toBe('/workspace/deep')
    const terminal = await attach(api, session.id)
    terminal.type('cat file\r')
    await terminal.waitFor(/^work\s*$/m)
    await terminal.close()
    expect((await readEnvironment(api, stopped.id)).status).toBe('stopped')
    await deleteAll()
  })

  it('answers while it hangs, and ends everything that was begun afterwards', async () => {
    const { api } = server
    const stopping = await api.createEnvironment({ name: 'stops meanwhile' })
    const created = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => beginCreate(api, `hangs ${name}`)))
    await sleep(300)
    engine.freeze()
    const thawAt = performance.now() + frozenMs
    try {
      const wishedAt = performance.now()
      created.push(await beginCreate(api, 'asked for meanwhile'))
      await wish(api, stopping.id, 'stop')
      expect(performance.now() - wishedAt).toBeLessThan(2 * quickMs)
      while (performance.now() < thawAt) {
        await readInOutage(stopping)
        await sleep(500)
      }
    } finally {
      engine.thaw()
    }
    await check()
    for (const { id } of created) {
      const { status, statusReason } = await readEnvironment(api, id)
      expect(status === 'running' || (status === 'error' && statusReason !== null), statusReason ?? status).toBe(true)
    }
    expect((await readEnvironment(api, stopping.id)).status).toBe('stopped')
    await deleteAll()
  })

  it.each([100, 700])('leaves nothing stuck that was under way when it was killed %i ms later', async (laterMs) => {
    const { api } = server
    const [stopping, deleting, restarting] = await Promise.all([
      api.createEnvironment({ name: `stops ${laterMs}` }),
      api.createEnvironment({ name: `goes ${laterMs}` }),
      api.createEnvironment({ name: `restarts ${laterMs}` }),
    ])
    const [first, second] = await Promise.all([
      beginCreate(api, `first ${laterMs}`),
      beginCreate(api, `second ${laterMs}`),
      wish(api, restarting.id, 'restart'),
      wish(api, stopping.id, 'stop'),
      api.expect(202, EnvironmentDeleted, 'DELETE', `/api/environments/${deleting.id}`),
    ])
    await sleep(laterMs)
    await engine.kill()
    await expect.poll(() => readReadiness(server)).toBe(503)
    await readInOutage(restarting)
    await engine.start()

    await check()
    for (const { id } of [first, second, restarting]) {
      // An engine may have lost what it was killed while making; then it is said, and the next attempt succeeds.
      const { status } = await readEnvironment(api, id)
      if (status === 'error') await perform(api, id, 'retry')
      expect(await readEnvironment(api, id)).toMatchObject({ status: 'running' })
    }
    expect((await readEnvironment(api, stopping.id)).status).toBe('stopped')
    expect((await api.request('GET', `/api/environments/${deleting.id}`)).status).toBe(404)
    await deleteAll()
  })

  it('that keeps containers alive over its own end is not missed by whoever works in them', async () => {
    const { api } = server
    await engine.stop()
    await engine.start({ liveRestore: true })
    await check()
    const { id } = await api.createEnvironment({ name: 'unaware' })
    const session = await api.createSession({ environmentId: id })
    const terminal = await attach(api, session.id)
    await terminal.waitFor(/\$ /)

    await engine.stop()
    await expect.poll(() => readReadiness(server)).toBe(503)
    terminal.type('echo without-$((40+2))\r')
    await terminal.waitFor(/without-42/)
    await engine.start({ liveRestore: true })
    await check()
    terminal.type('echo with-$((50+3))\r')
    await terminal.waitFor(/with-53/)
    await terminal.close()
    expect(await readEnvironment(api, id)).toMatchObject({ status: 'running', statusReason: null })
    expect(await listOperations(api, id)).toHaveLength(1)
    await deleteAll()
  })
})
