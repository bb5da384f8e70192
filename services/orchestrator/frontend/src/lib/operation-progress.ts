/** How far an operation is. */
import { settledOperationStates, type Operation, type OperationStep } from '@craftastic/contract'

/** The step that says most about an operation: the one that runs or failed, else the next, else the last. */
export function currentStep(operation: Operation): OperationStep | undefined {
  return (
    operation.steps.find((step) => step.state === 'running' || step.state === 'failed') ??
    operation.steps.find((step) => step.state === 'pending') ??
    operation.steps.at(-1)
  )
}

/** 0 to 100: every step counts the same, a step with a percentage counts in part. */
export function operationPercent(operation: Operation): number {
  if (operation.state === 'succeeded') return 100
  if (operation.steps.length === 0) return 0
  const done = operation.steps.reduce((sum, step) => {
    if (step.state === 'done') return sum + 1
    return step.state === 'running' && step.percent !== null ? sum + step.percent / 100 : sum
  }, 0)
  return Math.round((done / operation.steps.length) * 100)
}

export function isSettled(operation: Pick<Operation, 'state'>): boolean {
  return settledOperationStates.includes(operation.state)
}

/** Whether more than half of the time before it is given up has passed. */
export function isRunningLate({ state, startedAt, deadlineAt }: Operation, nowMs: number): boolean {
  if (state !== 'running' || startedAt === null || deadlineAt === null) return false
  const startedMs = Date.parse(startedAt)
  return nowMs > startedMs + (Date.parse(deadlineAt) - startedMs) / 2
}

/** How long it has run, in milliseconds; null before it starts. */
export function operationMs({ startedAt, finishedAt }: Operation, nowMs: number): number | null {
  if (startedAt === null) return null
  return (finishedAt === null ? nowMs : Date.parse(finishedAt)) - Date.parse(startedAt)
}
