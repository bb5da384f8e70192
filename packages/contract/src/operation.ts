/**
 * An operation is one durable, visible piece of work on an environment. It walks named steps; each step may carry a
 * percentage. The log is kept as lines beside it.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'

/** `recover` is the server's own: the environment is meant to run and its container was lost. */
export const OperationKind = z.enum(['create', 'start', 'stop', 'restart', 'retry', 'recover', 'delete'])
export type OperationKind = z.infer<typeof OperationKind>

/** `queued → running → succeeded | failed | cancelled`; a later wish cancels one that is not settled. */
export const OperationState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type OperationState = z.infer<typeof OperationState>

/** The states an operation never leaves. */
export const settledOperationStates: readonly OperationState[] = ['succeeded', 'failed', 'cancelled']

export const StepName = z.enum([
  'keep',
  'stop',
  'network',
  'volume',
  'container',
  'connection',
  'clone',
  'restore',
  'ready',
])
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
  /**
   * Where a person can do something about it: `git_credentials_required` asks for a token for the repository's host,
   * `deploy_key_required` for the environment's deploy key at the repository.
   */
  code: z.enum(['git_credentials_required', 'deploy_key_required']).optional(),
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
    /** Who asked; null is the server itself. */
    requestedBy: Id.nullable(),
    /** Place in line while it waits for others, 1 is next; otherwise null. */
    queuePosition: z.int().nullable(),
    createdAt: Timestamp,
    startedAt: Timestamp.nullable(),
    /** When it is given up; null before it starts. */
    deadlineAt: Timestamp.nullable(),
    finishedAt: Timestamp.nullable(),
  })
  .meta({ id: 'Operation' })
export type Operation = z.infer<typeof Operation>

/** Newest first. */
export const OperationList = z.object({ operations: z.array(Operation) }).meta({ id: 'OperationList' })
export type OperationList = z.infer<typeof OperationList>

/** A page of history: `before` is the `createdAt` of the last one seen. */
export const OperationListQuery = z.object({
  before: Timestamp.optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
})
export type OperationListQuery = z.infer<typeof OperationListQuery>

/** Whether somebody may still call it off. A delete is final. */
export function isCancellable({ kind, state }: Pick<Operation, 'kind' | 'state'>): boolean {
  return kind !== 'delete' && !settledOperationStates.includes(state)
}

export const OperationParams = z.object({ operationId: Id })

/** An operation with its log, oldest line first. */
export const OperationWithLog = Operation.extend({ lines: z.array(z.string()) }).meta({ id: 'OperationWithLog' })
export type OperationWithLog = z.infer<typeof OperationWithLog>
