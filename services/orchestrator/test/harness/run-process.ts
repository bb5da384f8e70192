/** Programs of this package as processes of their own, with nothing of the test's environment but what is given. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const packageDirectory = join(import.meta.dirname, '../..')
const defaultWaitMs = 40_000

export interface RunningProcess {
  child: ChildProcess
  readonly stdout: string
  readonly stderr: string
  /** The first match in what it prints to stdout; fails when it ends without that. */
  waitFor(pattern: RegExp, waitMs?: number): Promise<RegExpExecArray>
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>
}

/** @param file Below `src`. */
export function runProcess(file: string, env: Record<string, string>, args: string[] = []): RunningProcess {
  const child = spawn(process.execPath, [join('src', file), ...args], {
    cwd: packageDirectory,
    // An engine that is not there: nothing here is about containers.
    env: { PATH: process.env.PATH ?? '', DOCKER_HOST: '/nonexistent/docker.sock', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()))
  const ended = once(child, 'close').then(() => child.exitCode)
  return {
    child,
    get stdout() {
      return text.stdout
    },
    get stderr() {
      return text.stderr
    },
    ended,
    async waitFor(pattern, waitMs = defaultWaitMs) {
      const deadline = Date.now() + waitMs
      for (;;) {
        const match = pattern.exec(text.stdout)
        if (match !== null) return match
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
          throw new Error(`${file} did not print ${pattern}:\n${text.stdout}\n${text.stderr}`)
        }
        await sleep(20)
      }
    },
  }
}
