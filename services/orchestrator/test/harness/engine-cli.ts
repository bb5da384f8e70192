/** Looking at the engine, and breaking things on it, from outside of the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const nameOf = (environmentId: string) => `craftastic-${environmentId}`

export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', args)).stdout.trim()
}

/** Runs a program in the environment's container past the server; answers what it printed. */
export async function inContainer(environmentId: string, ...command: string[]): Promise<string> {
  return docker('exec', '--user', '1000:1000', nameOf(environmentId), ...command)
}

/** The same through tmux's private socket; empty when tmux answers with a failure. */
export async function askTmux(environmentId: string, ...command: string[]): Promise<string> {
  return inContainer(environmentId, 'tmux', '-S', '/run/craftastic/tmux.sock', ...command).catch(() => '')
}
