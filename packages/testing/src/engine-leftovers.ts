/** What of an instance is on the container engine. Used to show that nothing was left behind. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Names of containers, networks and volumes that carry the label of `instanceId`. */
export async function listLeftovers(instanceId: string): Promise<string[]> {
  const filter = `label=craftastic.instance=${instanceId}`
  const queries = [
    ['ps', '--all', '--filter', filter, '--format', 'container {{.Names}}'],
    ['network', 'ls', '--filter', filter, '--format', 'network {{.Name}}'],
    ['volume', 'ls', '--filter', filter, '--format', 'volume {{.Name}}'],
  ]
  const found = await Promise.all(queries.map((query) => run('docker', query)))
  return found.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''))
}

/** Removes everything of an instance; for the end of a run whose tests failed half way. */
export async function removeLeftovers(instanceId: string): Promise<void> {
  const leftovers = (await listLeftovers(instanceId)).map((line) => line.split(' '))
  const names = (kind: string) => leftovers.filter(([found]) => found === kind).map(([, name = '']) => name)
  for (const name of names('container')) await run('docker', ['rm', '--force', name])
  for (const name of names('network')) await run('docker', ['network', 'rm', name])
  for (const name of names('volume')) await run('docker', ['volume', 'rm', name])
}
