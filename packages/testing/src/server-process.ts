/**
 * The real server as a process of its own, with its own data directory, database and label on the engine: for journeys
 * and benchmarks, and for tests that kill it.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { engineVariables, newInstanceId } from './engine-environment.ts'
import { listLeftovers, removeLeftovers } from './engine-leftovers.ts'

const serverDirectory = new URL('../../../services/orchestrator', import.meta.url).pathname
const readyDeadlineMs = 60_000

export const admin = { email: 'admin@example.com', password: 'correct horse battery staple' }

export interface ServerProcess {
  baseUrl: string
  /** Value of the label `craftastic.instance`. */
  instanceId: string
  dataDir: string
  /** Of the process that runs now. */
  readonly pid: number
  /** What the server printed so far. */
  readonly output: string
  /** Ends the process with SIGKILL, as a crash would. */
  crash(): Promise<void>
  /** Starts it again on the same data and port after a crash or a stop; `others` are variables of this run only. */
  restart(others?: Record<string, string>): Promise<void>
  /** Ends it politely; resolves with its exit code. */
  stop(): Promise<number | null>
  /** Stops it, removes its data and what it left on the engine. Answers the names of what was left. */
  remove(): Promise<string[]>
}

/** Resolves when `/readyz` answers 200. `variables` are added to its environment. */
export async function startServer(variables: Record<string, string> = {}): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), 'craftastic-data-'))
  const instanceId = newInstanceId()
  const port = await findFreePort()
  const baseUrl = `http://127.0.0.1:${port}`
  let output = ''
  let child: ChildProcess | null = null

  const start = async (others: Record<string, string> = {}) => {
    const started = spawn(process.execPath, ['src/index.ts'], {
      cwd: serverDirectory,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...engineVariables(),
        NODE_ENV: 'production',
        PORT: String(port),
        DATA_DIR: dataDir,
        INSTANCE_ID: instanceId,
        ADMIN_EMAIL: admin.email,
        ADMIN_PASSWORD: admin.password,
        LOG_LEVEL: 'info',
        ...variables,
        ...others,
      },
    })
    child = started
    const keep = (chunk: Buffer) => (output += chunk.toString('utf8'))
    started.stdout.on('data', keep)
    started.stderr.on('data', keep)
    await waitUntilReady(baseUrl, started, () => output)
  }

  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    const ending = child
    child = null
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null
    const exited = new Promise<number | null>((resolve) => ending.once('exit', (code) => resolve(code)))
    ending.kill(signal)
    return exited
  }

  await start()
  return {
    baseUrl,
    instanceId,
    dataDir,
    get pid() {
      if (child?.pid === undefined) throw new Error('the server does not run')
      return child.pid
    },
    get output() {
      return output
    },
    crash: async () => void (await end('SIGKILL')),
    restart: start,
    stop: () => end('SIGTERM'),
    remove: async () => {
      await end('SIGTERM')
      const leftovers = await listLeftovers(instanceId)
      await removeLeftovers(instanceId)
      await rm(dataDir, { recursive: true, force: true })
      return leftovers
    },
  }
}

async function waitUntilReady(baseUrl: string, child: ChildProcess, output: () => string): Promise<void> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < readyDeadlineMs) {
    if (child.exitCode !== null) break
    const answer = await fetch(`${baseUrl}/readyz`).catch(() => null)
    if (answer?.ok) return
    await sleep(50)
  }
  child.kill('SIGKILL')
  throw new Error(`the server did not become ready:\n${output()}`)
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
