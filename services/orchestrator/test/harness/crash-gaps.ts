/** Every moment between two steps at which a server can die, from the product's own list of steps. */
import type { OperationKind, StepName } from '@craftastic/contract'
import type { OperationGap } from '../../src/jobs/run-operation.ts'
import { operationSteps, type OperationNeeds } from '../../src/lib/operation-steps.ts'

/** Of environments that lead each kind through as many steps as can be: a workspace is filled once, and by a retry. */
const needs: Record<OperationKind, OperationNeeds> = {
  create: { needsClone: true, needsRestore: true },
  start: { needsClone: false },
  stop: { needsClone: false },
  restart: { needsClone: false },
  retry: { needsClone: true, needsRestore: true },
  recover: { needsClone: false },
  delete: { needsClone: false },
}

/** Doubles as the name of the environment that is cut in two there. */
export const gapName = (kind: OperationKind, gap: OperationGap) => `${kind} ${gap}`

export const listSteps = (kind: OperationKind): StepName[] => operationSteps(kind, needs[kind])

export function listGaps(kind: OperationKind): OperationGap[] {
  return [...listSteps(kind).map((step) => `before ${step}` as const), 'before settling', 'after settling']
}
