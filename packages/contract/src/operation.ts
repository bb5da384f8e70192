/**
 * An operation is one durable, visible piece of work on an environment. It walks named steps; each step may carry a
 * percentage. The log is kept as lines beside it.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

export const OperationKind = z.enum(['create', 'retry', 'delete'])
export type OperationKind = z.infer<typeof OperationKind>

/** `queued → running → succeeded | failed | cancelled`; a queued one may be cancelled by a later wish. */
export const OperationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type OperationState = z.infer<typeof OperationState>

/** The states an operation never leaves. */
export const settledOperationStates: readonly OperationState[] = ['succeeded', 'failed', 'cancelled']

export const StepName = z.enum(['network', 'volume', 'container', 'connection', 'clone', 'ready'])
export type StepName = z.infer<typeof StepName>

export const OperationStep = z
  .object({
    name: StepName,
    state: z.enum(['pending', 'running', 'done', 'failed']),
    /** 0 to 100 while the step can tell, otherwise null. */
    percent: z.number().min(0).max(100).nullable(),
    /** What the step is doing, in a few words, such as `Receiving objects 4210/9120`. */
    message: z.string().nullable(),
    startedAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'OperationStep' })
export type OperationStep = z.infer<typeof OperationStep>

/** Why it failed: a reason in words for people and the program's own output for those who want it. */
export const OperationError = z.object({
  step: StepName,
  reason: z.string(),
  /** The last output of the program that failed, at most 4 KiB, or null. */
  output: z.string().nullable(),
})
export type OperationError = z.infer<typeof OperationError>

export const Operation = z
  .object({
    id: Id,
    environmentId: Id,
    kind: OperationKind,
    state: OperationState,
    steps: z.array(OperationStep),
    error: OperationError.nullable(),
    requestedBy: Id.nullable(),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Operation' })
export type Operation = z.infer<typeof Operation>

export const OperationParams = z.object({ operationId: Id })

/** An operation with its log, oldest line first. */
export const OperationWithLog = Operation.extend({ lines: z.array(z.string()) }).meta({ id: 'OperationWithLog' })
export type OperationWithLog = z.infer<typeof OperationWithLog>
