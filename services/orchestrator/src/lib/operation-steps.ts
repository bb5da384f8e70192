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

export type OperationNeeds = {
  /** A workspace that was cloned once is never cloned over; this only makes room for the step. */
  needsClone: boolean
  /** Likewise: the workspace is to hold what was kept of another one. */
  needsRestore?: boolean
  /** A delete goes on without keeping what is only in the workspace. */
  isForced?: boolean
}

export function operationSteps(
  kind: OperationKind,
  { needsClone, needsRestore = false, isForced = false }: OperationNeeds,
): StepName[] {
  if (kind === 'delete') return [...(isForced ? [] : (['keep'] as const)), 'container', 'network', 'volume']
  if (kind === 'stop') return ['stop', 'network']
  const start: StepName[] = ['network', 'volume', 'container', 'connection']
  const fill: StepName[] = [
    ...(needsClone ? (['clone'] as const) : []),
    ...(needsRestore ? (['restore'] as const) : []),
    'ready',
  ]
  return [...(kind === 'restart' ? (['stop'] as const) : []), ...start, ...fill]
}

/** After this many recoveries within that time an environment is left for people to look at. */
export const recoveryLimit = { times: 3, minutes: 10 }

/** Seconds that steps which move a whole repository may take beyond those of all the others. */
const secondsFor: Partial<Record<StepName, number>> = { clone: 600, keep: 600, restore: 600 }

/** Seconds from its start after which an operation is given up. */
export function operationDeadlineSeconds(kind: OperationKind, steps: readonly StepName[]): number {
  if (kind === 'stop') return 60
  return steps.reduce((seconds, step) => seconds + (secondsFor[step] ?? 0), 120)
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
