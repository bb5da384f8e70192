/** Where kept work is shown, and what an environment is called that brings it back. */
import type { Environment } from '@craftastic/contract'

export const keptWorkPath = '/settings/kept-work'

/** The name of before, or the same with a number while that is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name
  for (let number = 2; ; number++) {
    const numbered = `${name.slice(0, 60)} ${number}`
    if (!taken.includes(numbered)) return numbered
  }
}

/** Its deletion ended because what is only in it could not be kept. */
export function couldNotBeKept({ status, operation }: Pick<Environment, 'status' | 'operation'>): boolean {
  return status === 'error' && operation?.kind === 'delete' && operation.error?.step === 'keep'
}
