/** What a person is told of a container that has ended. */
import type { ContainerNotRunning } from './environment-connections.ts'

export function describeEndedContainer({ exitCode, refusal }: ContainerNotRunning): string {
  if (refusal !== null) return refusal
  if (exitCode === null) return 'The container is gone.'
  if (exitCode === 137) return 'The container was killed, most likely because it ran out of memory.'
  return `The container ended with exit code ${exitCode}.`
}
