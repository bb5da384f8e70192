/** What a person is told of a container that has ended. */

export type EndedContainer = {
  /** Null when the container itself is gone. */
  exitCode: number | null
  /** What the container said at its start when it refused to run, in words. */
  refusal: string | null
  ranOutOfMemory: boolean
}

/** Exit codes above 128 are a signal's: 9 kills, 15 asks to end. 255 is what the engine writes when it was not there. */
export function describeEndedContainer({ exitCode, refusal, ranOutOfMemory }: EndedContainer): string {
  if (refusal !== null) return refusal
  if (exitCode === null) return 'The container was removed.'
  if (ranOutOfMemory) return 'The container ran out of memory and was ended.'
  if (exitCode === 137) return 'The container was killed.'
  if (exitCode === 255) return 'The container ended with the container engine or the machine.'
  if (exitCode === 0 || exitCode === 143) return 'The container was asked to end, and did.'
  return `The container ended with exit code ${exitCode}.`
}
