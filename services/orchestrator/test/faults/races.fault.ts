/** Wishes that contradict each other arrive together, a hundred times: the last one holds, or the delete has won. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Environment, Problem } from '@craftastic/contract'
import { expect, it } from 'vitest'
import { describeOnEngine } from '../harness/engine.ts'
import { beginCreate, listEnvironments, listOperations } from './environment-life.ts'
import { useFaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const races = 100
/** Environments that are raced on at the same time. */
const lanes = 8
const settleWithinMs = 60_000

const settledStatuses: readonly Environment['status'][] = ['running', 'stopped', 'error']

const wishes = ['start', 'stop', 'delete'] as const
type Wish = (typeof wishes)[number]

describeOnEngine('start, stop and delete at the same time', () => {
  const server = useFaultServer()

  /** Sends one wish. Answers whether it was taken. */
  async function send(environmentId: string, wish: Wish): Promise<boolean> {
    const path = `/api/environments/${environmentId}`
    const { status, body } =
      wish === 'delete'
        ? await server().api.request('DELETE', path)
        : await server().api.request('POST', `${path}/${wish}`)
    if (status === 202) return true
    const { code } = Problem.parse(body)
    expect(['not_found', 'environment_busy'], `${wish}: ${status} ${JSON.stringify(body)}`).toContain(code)
    return false
  }

  /** Null once it is gone. */
  async function untilSettled(environmentId: string): Promise<Environment | null> {
    const deadline = performance.now() + settleWithinMs
    for (;;) {
      const { status, body } = await server().api.request('GET', `/api/environments/${environmentId}`)
      if (status === 404) return null
      const environment = Environment.parse(body)
      if (settledStatuses.includes(environment.status)) return environment
      if (performance.now() > deadline) throw new Error(`it does not settle: ${JSON.stringify(environment)}`)
      await sleep(50)
    }
  }

  /** Answers whether the environment is still there. */
  async function race(environmentId: string, random: () => number): Promise<boolean> {
    const isDeleted = random() < 0.3
    const racing = shuffle(
      wishes.filter((wish) => isDeleted || wish !== 'delete'),
      random,
    )
    const isTogether = random() < 0.5
    // Together nobody knows which is last. One after the other, each while the one before is at work, the last is known.
    if (isTogether) {
      await Promise.all(racing.map((wish) => send(environmentId, wish)))
    } else {
      for (const wish of racing) {
        await send(environmentId, wish)
        await sleep(random() * 100)
      }
    }
    const settled = await untilSettled(environmentId)
    expect(settled === null, `${racing.join(', ')}: ${JSON.stringify(settled)}`).toBe(isDeleted)
    if (settled === null) return false
    const [newest] = await listOperations(server().api, environmentId)
    const told = `${racing.join(', ')}: ${JSON.stringify({ ...settled, operation: newest })}`
    expect(settled.status, told).toBe(settled.desiredState)
    if (!isTogether) expect(settled.status, told).toBe(racing.at(-1) === 'start' ? 'running' : 'stopped')
    expect(newest?.state, told).toBe('succeeded')
    return true
  }

  it(`settles ${races} times`, { timeout: 300_000 }, async () => {
    const { api, process: started } = server()
    let left = races
    const runLane = async (lane: number) => {
      const random = seededRandom(lane)
      let environmentId: string | null = null
      for (let turn = 0; left > 0; turn += 1) {
        left -= 1
        // A new one is raced on while it is being made.
        environmentId ??= (await beginCreate(api, `lane ${lane} turn ${turn}`)).id
        if (!(await race(environmentId, random))) environmentId = null
      }
    }
    await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)))

    await checkInvariant({ api, instanceId: started.instanceId })
    await Promise.all((await listEnvironments(api)).map(({ id }) => api.deleteEnvironment(id)))
    await checkInvariant({ api, instanceId: started.instanceId })
  })
})

function shuffle<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** The same numbers in every run (mulberry32), so that a race that failed can be looked at again. */
function seededRandom(seed: number): () => number {
  let state = seed * 0x9e3779b9
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
