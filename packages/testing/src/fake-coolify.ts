/**
 * A Coolify for tests, over real HTTP and in a process of its own (fake-coolify/main.ts): deployments that go on by
 * themselves, Coolify's traps as switches, and its contract held against all that is said.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { FakeFault, FakeLife, FakeLogEntry, FakeSwitches, FakeWorld } from './fake-coolify/world.ts'

const program = new URL('./fake-coolify/main.ts', import.meta.url).pathname

export type FakeCoolifyState = FakeWorld & {
  /** Of the API, oldest first; `status` is null when the answer was lost. `path` is without `/api/v1`. */
  requests: { method: string; path: string; status: number | null; at: number }[]
  /** What was asked or answered that the contract does not know. A test expects none. */
  violations: string[]
}

export interface FakeCoolify {
  /** Such as `http://127.0.0.1:41234`: COOLIFY_API_URL. */
  url: string
  /** COOLIFY_API_TOKEN. */
  token: string
  look(): Promise<FakeCoolifyState>
  switch(switches: Partial<FakeSwitches>): Promise<void>
  /** How deployments go from now on; with `uuid`, how this one goes on. */
  live(life: Partial<FakeLife>, uuid?: string): Promise<void>
  /** The next request of this kind goes wrong. */
  fail(fault: Partial<FakeFault> & Pick<FakeFault, 'how'>): Promise<void>
  /** Answers its uuid. */
  addApplication(gitRepository: string, gitBranch: string): Promise<string>
  /** An image of an earlier build is still there to go back to. */
  addImage(appUuid: string, tag: string): Promise<void>
  /** Somebody else deploys, `ageMs` ago. Answers the deployment's uuid. */
  begin(appUuid: string, by: 'push' | 'page' | 'api', options?: { pr?: number; ageMs?: number }): Promise<string>
  setStatus(uuid: string, status: string): Promise<void>
  log(uuid: string, entries: Partial<FakeLogEntry>[]): Promise<void>
  /** Its first `count` entries vanish, as they do when the builder appends to a stale copy. */
  loseLog(uuid: string, count: number): Promise<void>
  /** Its row is what Coolify's never is. */
  corrupt(uuid: string, fields: Record<string, unknown>): Promise<void>
  /** A deployment is gone. */
  forget(uuid: string): Promise<void>
  /** As it was when it was made: empty and friendly. What was asked of it and what was wrong stays counted. */
  reset(): Promise<void>
  /** Coolify starts anew: what was under way has failed, without a word in the log. */
  restartCoolify(): Promise<void>
  /** The server gets another destination. */
  addDestination(): Promise<void>
  close(): Promise<void>
}

export async function startFakeCoolify(options: { port?: number; token?: string } = {}): Promise<FakeCoolify> {
  const token = options.token === undefined ? [] : ['--token', options.token]
  const child = spawn(process.execPath, [program, '--port', String(options.port ?? 0), ...token], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const first = await Promise.race([once(createInterface(child.stdout), 'line'), exited.then(() => null)])
  const said = z.tuple([z.string()]).safeParse(first)
  if (!said.success) throw new Error('the fake Coolify did not start')
  const address = z.object({ url: z.string(), token: z.string() }).parse(JSON.parse(said.data[0]))

  const command = async (what: object): Promise<unknown> => {
    const response = await fetch(`${address.url}/_control`, { method: 'POST', body: JSON.stringify(what) })
    if (!response.ok) throw new Error(`the fake Coolify refuses ${JSON.stringify(what)}`)
    return response.json()
  }
  const tell = async (what: object) => void (await command(what))
  const ask = async (what: object) => z.object({ result: z.string() }).parse(await command(what)).result

  return {
    ...address,
    look: async () => z.custom<FakeCoolifyState>((it) => typeof it === 'object').parse(await command({ do: 'look' })),
    switch: (switches) => tell({ do: 'switch', switches }),
    live: (life, uuid) => tell({ do: 'live', life, uuid: uuid ?? null }),
    fail: (fault) => tell({ do: 'fail', fault: { done: false, after: 0, times: 1, ...fault } }),
    addApplication: (gitRepository, gitBranch) => ask({ do: 'addApplication', gitRepository, gitBranch }),
    addImage: (appUuid, tag) => tell({ do: 'addImage', appUuid, tag }),
    begin: (appUuid, by, { pr = 0, ageMs = 0 } = {}) => ask({ do: 'begin', appUuid, by, pr, ageMs }),
    setStatus: (uuid, status) => tell({ do: 'setStatus', uuid, status }),
    log: (uuid, entries) => tell({ do: 'log', uuid, entries }),
    loseLog: (uuid, count) => tell({ do: 'loseLog', uuid, count }),
    corrupt: (uuid, fields) => tell({ do: 'corrupt', uuid, fields }),
    forget: (uuid) => tell({ do: 'forget', uuid }),
    reset: () => tell({ do: 'reset' }),
    restartCoolify: () => tell({ do: 'restartCoolify' }),
    addDestination: () => tell({ do: 'addDestination' }),
    close: async () => {
      child.stdin.end()
      await exited
    },
  }
}
