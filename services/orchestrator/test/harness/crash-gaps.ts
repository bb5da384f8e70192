/** Every moment between two steps at which a server can die, from the product's own list of steps. */
import type { OperationKind } from '@craftastic/contract'
import type { OperationGap } from '../../src/jobs/run-operation.ts'
import { operationSteps } from '../../src/lib/operation-steps.ts'

/** Doubles as the name of the environment that is cut in two there. */
export const gapName = (kind: OperationKind, gap: OperationGap) => `${kind} ${gap}`

export function listGaps(kind: OperationKind): OperationGap[] {
  const steps = operationSteps(kind, { needsClone: kind === 'create' })
  return [...steps.map((step) => `before ${step}` as const), 'before settling', 'after settling']
}
