/** The real server as a process, for tests that break what it stands on. */
import { ApiClient } from '@craftastic/testing/api-client'
import { admin, startServer, type ServerProcess } from '@craftastic/testing/server-process'
import { afterAll, beforeAll } from 'vitest'

export interface FaultServer {
  process: ServerProcess
  /** The admin, who is the only user. */
  api: ApiClient
}

/** Limits are out of the way: nothing here is about them. */
const roomy = {
  MAX_ENVIRONMENTS_PER_USER: '1000',
  MAX_RUNNING_PER_USER: '1000',
  DISK_FLOOR: '1m',
  SANDBOX_CPU_LIMIT: '2',
}

/** `variables` are added to its environment. */
export async function startFaultServer(variables: Record<string, string> = {}): Promise<FaultServer> {
  const started = await startServer({ ...roomy, ...variables })
  return { process: started, api: await ApiClient.signIn(started.baseUrl, admin) }
}

/** Stops it. A server that leaves something on the engine fails. */
export async function removeFaultServer(server: FaultServer): Promise<void> {
  const leftovers = await server.process.remove()
  if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
}

/** Started before the tests of a file, removed after them. Answers how to get at it. */
export function useFaultServer(variables: Record<string, string> = {}): () => FaultServer {
  let server: FaultServer | undefined
  beforeAll(async () => {
    server = await startFaultServer(variables)
  })
  afterAll(async () => {
    if (server !== undefined) await removeFaultServer(server)
  })
  return () => {
    if (server === undefined) throw new Error('The server is started before the first test, not before that')
    return server
  }
}

/** Halts the process: its connections stay open and nothing is answered. */
export function freezeServer(server: FaultServer): void {
  process.kill(readPid(server), 'SIGSTOP')
}

export function thawServer(server: FaultServer): void {
  process.kill(readPid(server), 'SIGCONT')
}

/** As the newest line of its log tells. */
export function readPid({ process: { output } }: FaultServer): number {
  const pids = [...output.matchAll(/"pid":(\d+)/g)]
  const pid = Number(pids.at(-1)?.[1])
  if (!Number.isInteger(pid)) throw new Error('the log of the server does not tell its pid')
  return pid
}

/** HTTP status of `/readyz`. */
export async function readReadiness({ api: { baseUrl } }: Pick<FaultServer, 'api'>): Promise<number> {
  return (await fetch(`${baseUrl}/readyz`)).status
}
