/** What a test tells the fake Coolify on the side: routes that Coolify does not have. */
import { z } from 'zod'
import { newApplication } from './application-routes.ts'
import { advance, isActive, queueDeployment } from './life.ts'
import { createWorld, type FakeFault, type FakeLife, type FakeSwitches, type FakeWorld } from './world.ts'

/** Written by our own tests: their types are checked where they are written (fake-coolify.ts). */
const given = <T>() => z.custom<T>((value) => typeof value === 'object' && value !== null)

const Command = z.discriminatedUnion('do', [
  z.object({ do: z.literal('look') }),
  z.object({ do: z.literal('switch'), switches: given<Partial<FakeSwitches>>() }),
  z.object({ do: z.literal('live'), life: given<Partial<FakeLife>>(), uuid: z.string().nullable() }),
  z.object({ do: z.literal('fail'), fault: given<FakeFault>() }),
  z.object({ do: z.literal('addApplication'), gitRepository: z.string(), gitBranch: z.string() }),
  z.object({ do: z.literal('addImage'), appUuid: z.string(), tag: z.string() }),
  z.object({
    do: z.literal('begin'),
    appUuid: z.string(),
    by: z.enum(['push', 'page', 'api']),
    pr: z.int(),
    ageMs: z.int(),
  }),
  z.object({ do: z.literal('setStatus'), uuid: z.string(), status: z.string() }),
  z.object({ do: z.literal('log'), uuid: z.string(), entries: z.array(z.record(z.string(), z.unknown())) }),
  z.object({ do: z.literal('loseLog'), uuid: z.string(), count: z.int() }),
  z.object({ do: z.literal('corrupt'), uuid: z.string(), fields: z.record(z.string(), z.unknown()) }),
  z.object({ do: z.literal('forget'), uuid: z.string() }),
  z.object({ do: z.literal('reset') }),
  z.object({ do: z.literal('restartCoolify') }),
  z.object({ do: z.literal('addDestination') }),
])

export function runCommand(world: FakeWorld, input: unknown): unknown {
  const command = Command.parse(input)
  advance(world)
  const find = (uuid: string) => {
    const deployment = world.deployments.find((other) => other.uuid === uuid)
    if (deployment === undefined) throw new Error(`no deployment ${uuid}`)
    return deployment
  }
  const findApp = (uuid: string) => {
    const app = world.applications.find((other) => other.uuid === uuid)
    if (app === undefined) throw new Error(`no application ${uuid}`)
    return app
  }
  switch (command.do) {
    case 'look':
      return world
    case 'switch':
      Object.assign(world.switches, command.switches)
      return null
    case 'live':
      Object.assign(command.uuid === null ? world.life : find(command.uuid).life, command.life)
      return null
    case 'fail':
      world.faults.push(command.fault)
      return null
    case 'addApplication': {
      const app = newApplication(command.gitRepository, command.gitBranch)
      world.applications.push(app)
      return app.uuid
    }
    case 'addImage':
      findApp(command.appUuid).images.push({
        tag: command.tag,
        createdAt: '2026-01-01 09:00:00 +0000 UTC',
        isCurrent: false,
      })
      return null
    case 'begin': {
      const app = findApp(command.appUuid)
      const by = { isApi: command.by === 'api', isWebhook: command.by === 'push', pr: command.pr, force: true }
      const queued = queueDeployment(world, app, by)
      if (queued.status !== 'queued') throw new Error(queued.status)
      queued.deployment.createdAt -= command.ageMs
      return queued.deployment.uuid
    }
    case 'setStatus': {
      const deployment = find(command.uuid)
      deployment.status = command.status
      if (['finished', 'failed', 'cancelled-by-user'].includes(command.status)) deployment.endedAt ??= Date.now()
      return null
    }
    case 'log': {
      const { logs } = find(command.uuid)
      for (const entry of command.entries) {
        const base = {
          output: '',
          type: 'stdout' as const,
          timestamp: new Date().toISOString(),
          hidden: false,
          batch: 1,
        }
        logs.push({ ...base, ...entry })
      }
      return null
    }
    case 'loseLog':
      find(command.uuid).logs.splice(0, command.count)
      return null
    case 'corrupt':
      Object.assign(find(command.uuid), command.fields)
      return null
    case 'forget':
      world.deployments = world.deployments.filter(({ uuid }) => uuid !== command.uuid)
      return null
    case 'reset':
      Object.assign(world, createWorld(world.token))
      return null
    case 'restartCoolify':
      // It marks what was under way, and says nothing in the logs.
      for (const deployment of world.deployments.filter(isActive))
        Object.assign(deployment, { status: 'failed', startedAt: null, endedAt: Date.now() })
      return null
    case 'addDestination':
      world.destinationUuids.push(`c${'d'.repeat(22)}${world.destinationUuids.length}`)
      return null
  }
}
