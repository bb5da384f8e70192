/**
 * Turns a wish into work: the new state, its operation and its job are committed together. The last wish wins: what was
 * under way for the environment is settled as cancelled here and now, may write no more, and is cut short by its
 * server. `run-operation.ts` does the work.
 */
import type { Operation, OperationKind } from '@craftastic/contract'
import { sql } from 'kysely'
import { jsonb, type Transaction } from './database.ts'
import { changeStatus, statusEvent } from './environment-state.ts'
import { appendEvents } from './event-log.ts'
import { dropJob, enqueueOperation } from './job-queue.ts'
import { countAhead, operationEvent, tellOperation } from './operation-log.ts'
import { operationGoals, operationSteps, pendingSteps, startingKinds } from './operation-steps.ts'
import { presentOperation, type EnvironmentRow } from './present.ts'

export type Wish = {
  kind: OperationKind
  /** Null is the server itself. */
  requestedBy: string | null
  /** Why, in words, when it is not simply what somebody asked for. */
  reason?: string
  /** A delete that does not keep what is only in the workspace. */
  isForced?: boolean
}

/** `row` must have been locked in the same transaction. */
export async function beginOperation(
  row: EnvironmentRow,
  { kind, requestedBy, reason, isForced }: Wish,
  trx: Transaction,
): Promise<{ environment: EnvironmentRow; operation: Operation }> {
  const { passing, desiredState } = operationGoals[kind]
  await cancelUnsettled(row, trx)
  const change = { status: passing, reason: reason ?? null, desiredState, fence: true, isToldLater: true }
  const environment = await changeStatus(row, change, trx)
  return { environment, operation: await addOperation(environment, { kind, requestedBy, isForced }, trx) }
}

/** Writes down the work that brings an environment to the state it was just given, puts it in line, and tells of both. */
export async function addOperation(
  row: EnvironmentRow,
  { kind, requestedBy, isForced = false }: Pick<Wish, 'kind' | 'requestedBy'> & { isForced?: boolean | undefined },
  trx: Transaction,
): Promise<Operation> {
  // A retry may find the workspace gone and fill another one.
  const mayBeEmpty = row.workspace_ready_at === null || kind === 'retry'
  const needsClone = row.repository_url !== null && mayBeEmpty
  const needsRestore = row.kept_work_id !== null && mayBeEmpty
  const { ahead, ...inserted } = await trx
    .insertInto('operations')
    .values({
      environment_id: row.id,
      kind,
      state: 'queued',
      generation: row.generation,
      steps: jsonb(pendingSteps(operationSteps(kind, { needsClone, needsRestore, isForced }))),
      requested_by: requestedBy,
      // Not the start of the transaction: of two wishes that wait for each other the later one is newer.
      created_at: sql<Date>`clock_timestamp()`,
    })
    .returningAll()
    .returning(countAhead(kind).as('ahead'))
    .executeTakeFirstOrThrow()
  await enqueueOperation({ environmentId: row.id, operationId: inserted.id, kind }, trx)
  const operation = presentOperation(inserted, startingKinds.includes(kind) ? ahead + 1 : null)
  await appendEvents([statusEvent(row), operationEvent(operation)], row.user_id, trx)
  return operation
}

/** Settles what is under way for an environment. `row` must have been locked in the same transaction. */
export async function cancelUnsettled(row: EnvironmentRow, trx: Transaction): Promise<void> {
  const overtaken = await trx
    .updateTable('operations')
    .set({ state: 'cancelled', finished_at: sql<Date>`now()` })
    .where('environment_id', '=', row.id)
    .where('state', 'in', ['queued', 'running'])
    .returningAll()
    .execute()
  for (const operation of overtaken) {
    await dropJob(operation.id, trx)
    await tellOperation(operation, row.user_id, [], trx)
  }
}
