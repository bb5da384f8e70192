/** Operations as rows: beginning one, keeping it and its log true, finding the newest. */
import {
  settledOperationStates,
  type Operation,
  type OperationError,
  type OperationKind,
  type OperationState,
  type OperationStep,
} from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { UserActor } from './actor.ts'
import { jsonb, type Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { appendEvent } from './event-log.ts'
import { enqueueJob } from './job-queue.ts'
import { operationSteps, pendingSteps } from './operation-steps.ts'
import { presentOperation, type EnvironmentRow, type OperationRow } from './present.ts'

/** Lines of log kept for one operation; a clone writes a few dozen. */
const maxLines = 1000

/** Makes the operation and the job that does its work. */
export async function beginOperation(
  environment: EnvironmentRow,
  kind: OperationKind,
  actor: UserActor,
  trx: Transaction,
): Promise<Operation> {
  const names = operationSteps(kind, { hasRepository: environment.repository_url !== null })
  const row = await trx
    .insertInto('operations')
    .values({
      environment_id: environment.id,
      kind,
      state: 'queued',
      steps: jsonb(pendingSteps(names)),
      requested_by: actor.userId,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  const operation = await tell(row, environment.user_id, [], trx)
  const job = kind === 'delete' ? 'delete_environment' : 'start_environment'
  await enqueueJob(job, { environmentId: environment.id, operationId: operation.id }, trx)
  return operation
}

export type OperationChange = {
  state: OperationState
  steps: readonly OperationStep[]
  error?: OperationError
  lines?: readonly string[]
}

/** Writes the newest truth of an operation and tells the owner. A settled operation stays as it is. */
export async function updateOperation(
  operationId: string,
  ownerId: string,
  { state, steps, error, lines = [] }: OperationChange,
  trx: Transaction,
): Promise<void> {
  const row = await trx
    .updateTable('operations')
    .set({
      state,
      steps: jsonb([...steps]),
      ...(error === undefined ? {} : { error: jsonb(error) }),
      ...(state === 'running' ? { started_at: sql<Date>`coalesce(started_at, now())` } : {}),
      ...(settledOperationStates.includes(state) ? { finished_at: sql<Date>`now()` } : {}),
    })
    .where('id', '=', operationId)
    .where('state', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return
  if (lines.length > 0) {
    const values = lines.slice(-maxLines).map((line) => ({ operation_id: operationId, line: line.slice(0, 2000) }))
    await trx.insertInto('operation_lines').values(values).execute()
  }
  await tell(row, ownerId, lines, trx)
}

export async function readOperationLines(operationId: string, db: Kysely<DB>): Promise<string[]> {
  const rows = await db
    .selectFrom('operation_lines')
    .select('line')
    .where('operation_id', '=', operationId)
    .orderBy('id', 'desc')
    .limit(maxLines)
    .execute()
  return rows.map((row) => row.line).toReversed()
}

/** The newest operation of each environment. */
export async function findNewestOperations(
  environmentIds: readonly string[],
  db: Kysely<DB>,
): Promise<Map<string, Operation>> {
  if (environmentIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('operations')
    .selectAll()
    .distinctOn('environment_id')
    .where('environment_id', 'in', environmentIds)
    .orderBy('environment_id')
    .orderBy('created_at', 'desc')
    .execute()
  return new Map(rows.map((row) => [row.environment_id, presentOperation(row)]))
}

async function tell(
  row: OperationRow,
  ownerId: string,
  lines: readonly string[],
  trx: Transaction,
): Promise<Operation> {
  const operation = presentOperation(row)
  const event = { type: 'operation' as const, environmentId: row.environment_id, operation, lines: [...lines] }
  await appendEvent(event, ownerId, trx)
  return operation
}
