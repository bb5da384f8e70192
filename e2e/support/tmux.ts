/** Asks the tmux of an environment past the server, as an operator would. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

export async function inContainer(environmentId: string, ...command: string[]): Promise<string> {
  const args = ['exec', '--user', '1000:1000', `craftastic-${environmentId}`, ...command]
  return (await run('docker', args, { maxBuffer: 16 * 1024 * 1024 })).stdout
}

export async function askTmux(environmentId: string, ...command: string[]): Promise<string> {
  return inContainer(environmentId, 'tmux', '-u', '-S', '/run/craftastic/tmux.sock', ...command)
}
