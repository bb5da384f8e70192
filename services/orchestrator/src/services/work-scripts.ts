/** The scripts about work that is only in a workspace, each behind what they all share. */
import { readFileSync } from 'node:fs'

const read = (name: string) => readFileSync(new URL(`../../docker/${name}.sh`, import.meta.url), 'utf8')
const shared = read('work-places')

export function readWorkScript(name: 'look-for-work' | 'keep-work' | 'restore-work'): string {
  return `${shared}\n${read(name)}`
}
