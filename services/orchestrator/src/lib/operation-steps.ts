/** What each kind of operation leads to, its steps in the order in which they run, and how long it may take. */
import type { DesiredState, EnvironmentStatus, OperationKind, OperationStep, StepName } from '@craftastic/contract'

type Goal = { desiredState: DesiredState; passing: EnvironmentStatus }

const toRunning: Goal = { desiredState: 'running', passing: 'starting' }

/** What is wished for, and the status until it is so. */
export const operationGoals: Record<OperationKind, Goal> = {
  create: toRunning,
  start: toRunning,
  restart: toRunning,
  retry: toRunning,
  recover: toRunning,
  stop: { desiredState: 'stopped', passing: 'stopping' },
  delete: { desiredState: 'deleted', passing: 'deleting' },
}

/** Those that make an environment run take a place in line. */
export const startingKinds: readonly OperationKind[] = ['create', 'start', 'restart', 'retry', 'recover']

/** A workspace that was cloned once is never cloned over; `needsClone` only makes room for the step. */
export function operationSteps(kind: OperationKind, { needsClone }: { needsClone: boolean }): StepName[] {
  if (kind === 'delete') return ['container', 'network', 'volume']
  if (kind === 'stop') return ['stop', 'network']
  const start: StepName[] = ['network', 'volume', 'container', 'connection']
  const fill: StepName[] = needsClone ? ['clone', 'ready'] : ['ready']
  return [...(kind === 'restart' ? (['stop'] as const) : []), ...start, ...fill]
}

const secondsToClone = 600

/** Seconds from its start after which an operation is given up. */
export function operationDeadlineSeconds(kind: OperationKind, steps: readonly StepName[]): number {
  if (kind === 'stop') return 60
  return 120 + (steps.includes('clone') ? secondsToClone : 0)
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
