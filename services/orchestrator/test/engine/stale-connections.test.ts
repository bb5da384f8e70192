/** A connection that somebody began before a container ended, or that breaks, costs nobody else theirs. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Environment, terminalCloseCode } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { workInside } from '../../src/jobs/wait-for-connection.ts'
import { createEnvironmentConnections, type EnvironmentConnections } from '../../src/lib/environment-connections.ts'
import { createEnvironmentReach } from '../../src/lib/environment-reach.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { readSecrets } from '../../src/lib/secrets.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import type { ContainerRuntime } from '../../src/services/runtime.ts'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer, type EngineServer } from '../harness/engine.ts'

/** What the engine is asked of ended containers; it answers only after one of them was started again. */
const looks: string[] = []
let toStart: PromiseWithResolvers<void> | null = null
/** Called before the engine is asked for a container. */
let onEnsure = async (_environmentId: string) => {}

function hesitate(runtime: ContainerRuntime): ContainerRuntime {
  return {
    ...runtime,
    readFirstOutput: async (environmentId, sinceMs, maxBytes) => {
      if ((await runtime.findContainer(environmentId))?.running === false) {
        looks.push(environmentId)
        await toStart?.promise
      }
      return runtime.readFirstOutput(environmentId, sinceMs, maxBytes)
    },
    ensureContainer: async (plan) => {
      await onEnsure(plan.environmentId)
      return runtime.ensureContainer(plan)
    },
    startContainer: async (environmentId) => {
      await runtime.startContainer(environmentId)
      // The steps that follow are quicker.
      setTimeout(() => toStart?.resolve(), 1_000)
    },
  }
}

/** Those of a server of its own, each held back by `hold` on its way in. */
function openConnections({ config, database }: EngineServer, hold: () => Promise<void>): EnvironmentConnections {
  const { encryptionKey, instanceId } = readSecrets(config)
  const engine = createDockerRuntime({ ...config, instanceId })
  const runtime: ContainerRuntime = {
    ...engine,
    readFirstOutput: async (...asked) => {
      const output = await engine.readFirstOutput(...asked)
      await hold()
      return output
    },
  }
  return createEnvironmentConnections({ runtime, db: database.db, secretBox: new SecretBox(encryptionKey) })
}

describeOnEngine('a connection that leads nowhere', () => {
  const server = useEngineServer({ wrapRuntime: hesitate })
  let api: ApiClient
  let environmentId: string
  beforeAll(async () => {
    api = await server().signInNew()
  })
  beforeEach(async () => {
    environmentId = (await api.createEnvironment({ name: 'home' })).id
  })
  afterEach(() => api.removeEnvironment(environmentId))

  it('is not shared by what brings a killed container back', async () => {
    const read = () => api.expect(200, Environment, 'GET', `/api/environments/${environmentId}`)
    let stale = Promise.resolve()
    toStart = Promise.withResolvers()
    looks.length = 0
    onEnsure = async (id) => {
      stale = server().domain.recordings.resumeRecordings(id)
      stale.catch(() => {})
      await expect.poll(() => looks).toContain(id)
    }
    await docker('kill', nameOf(environmentId))
    await expect.poll(async () => (await read()).operation?.kind).toBe('recover')
    const isUnderWay = async () => ['queued', 'running'].includes((await read()).operation?.state ?? '')
    await expect.poll(isUnderWay, { timeout: 30_000 }).toBe(false)
    expect(await read()).toMatchObject({ status: 'running', operation: { kind: 'recover', state: 'succeeded' } })
    expect(looks).toContain(environmentId)
    await expect(stale).rejects.toMatchObject({ code: 'environment_not_running' })
    onEnsure = async () => {}
    toStart = null
  })

  it('is not looked for by whoever stops watching what does not run', async () => {
    const session = await api.createSession({ environmentId })
    const headers = { prefer: 'wait=60' }
    await api.expect(200, Environment, 'POST', `/api/environments/${environmentId}/stop`, { headers })
    looks.length = 0
    const viewer = { baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
    const terminal = await openTerminal(viewer)
    expect(await terminal.closed).toBe(terminalCloseCode.environmentStopped)
    await sleep(2_000)
    expect(looks).toEqual([])
  })

  it('takes no other one with it when it is closed under whoever had just begun to work', async () => {
    let letGo = () => {}
    const held = [new Promise<void>((resolve) => (letGo = resolve))]
    const connections = openConnections(server(), async () => held.shift())
    const reach = createEnvironmentReach({ connections, onLost: () => {} })
    const late = reach.inside(environmentId, (ssh) => ssh.run(['sh', '-c', 'sleep 0.3; echo late']))
    await expect.poll(() => held).toEqual([])
    connections.close(environmentId)
    const ssh = await connections.connect(environmentId)
    const working = ssh.run(['sh', '-c', 'sleep 2; echo done'])
    letGo()
    expect((await late).stdout.toString()).toBe('late\n')
    expect((await working).stdout.toString()).toBe('done\n')
    expect(await connections.connect(environmentId)).toBe(ssh)
    connections.closeAll()
  })

  it('is replaced under a step, but not for ever', { timeout: 60_000 }, async () => {
    const connections = openConnections(server(), async () => {})
    const way = { connections, environmentId, signal: new AbortController().signal }
    const cut = async () => {
      // Those of the server as well, which opens others.
      await inContainer(environmentId, 'pkill', '-f', '^sshd-session: dev@')
    }
    let runs = 0
    const work = (losses: number) =>
      workInside(way, async (ssh) => {
        runs += 1
        const isCut = runs <= losses
        const running = ssh.run(['sh', '-c', isCut ? 'sleep 60' : 'echo done'], { deadlineMs: 60_000 })
        if (isCut) await Promise.all([running, cut()])
        return (await running).stdout.toString()
      })
    expect(await work(2)).toBe('done\n')
    expect(runs).toBe(3)
    runs = 0
    await expect(work(100)).rejects.toThrow('the connection was cut')
    expect(runs).toBe(4)
    connections.closeAll()
  })
})
