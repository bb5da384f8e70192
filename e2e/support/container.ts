/** Looking into an environment past the server. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What the program printed, as it printed it. */
export async function inContainer(environmentId: string, ...command: string[]): Promise<string> {
  const { stdout } = await run('docker', ['exec', '--user', '1000:1000', `craftastic-${environmentId}`, ...command], {
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}

export function askTmux(environmentId: string, ...command: string[]): Promise<string> {
  return inContainer(environmentId, 'tmux', '-S', '/run/craftastic/tmux.sock', ...command)
}
