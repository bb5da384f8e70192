/** The steps of each kind of operation, in the order in which they run. */
import type { OperationKind, OperationStep, StepName } from '@craftastic/contract'

/** Without a repository there is nothing to clone. */
export function operationSteps(kind: OperationKind, { hasRepository }: { hasRepository: boolean }): StepName[] {
  if (kind === 'delete') return ['container', 'network', 'volume']
  return ['network', 'volume', 'container', 'connection', ...(hasRepository ? (['clone'] as const) : []), 'ready']
}

/** The steps before the first of them runs. */
export function pendingSteps(names: readonly StepName[]): OperationStep[] {
  return names.map((name) => ({
    name,
    state: 'pending',
    percent: null,
    message: null,
    startedAt: null,
    finishedAt: null,
  }))
}
