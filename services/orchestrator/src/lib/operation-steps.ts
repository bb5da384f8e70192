/** The steps of each kind of operation, in the order in which they run. */
import type { StepName } from '@craftastic/contract'

/** Of create and retry. Without a repository there is nothing to clone. */
export function startSteps({ hasRepository }: { hasRepository: boolean }): StepName[] {
  return ['network', 'volume', 'container', 'connection', ...(hasRepository ? (['clone'] as const) : []), 'ready']
}

export const deleteSteps: StepName[] = ['container', 'network', 'volume']
