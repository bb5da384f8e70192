/** Operations as rows: making one, finding its owner's, keeping its log. */
import type {
  Operation,
  OperationError,
  OperationKind,
  OperationState,
  OperationStep,
  StepName,
} from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import { jsonb } from './database.ts'
import type { DB } from './database-types.ts'
import { appendEvent } from './event-log.ts'
import { presentOperation, type OperationRow } from './present.ts'

/** Lines of log kept for one operation; a clone writes a few dozen. */
const maxLines = 1000

type NewOperation = {
  environmentId: string
  ownerId: string
  kind: OperationKind
  steps: readonly StepName[]
  requestedBy: string | null
}

export async function createOperation(input: NewOperation, trx: Kysely<DB>): Promise<Operation> {
  const steps = input.steps.map((name): OperationStep => ({
    name,
    state: 'pending',
    percent: null,
    message: null,
    startedAt: null,
    finishedAt: null,
  }))
  const row = await trx
    .insertInto('operations')
    .values({
      environment_id: input.environmentId,
      kind: input.kind,
      state: 'queued',
      steps: jsonb(steps),
      requested_by: input.requestedBy,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return tell(row, input.ownerId, [], trx)
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
  trx: Kysely<DB>,
): Promise<void> {
  const settled = state === 'succeeded' || state === 'failed' || state === 'cancelled'
  const row = await trx
    .updateTable('operations')
    .set({
      state,
      steps: jsonb([...steps]),
      ...(error === undefined ? {} : { error: jsonb(error) }),
      ...(state === 'running' ? { started_at: sql<Date>`coalesce(started_at, now())` } : {}),
      ...(settled ? { finished_at: sql<Date>`now()` } : {}),
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

async function tell(row: OperationRow, ownerId: string, lines: readonly string[], trx: Kysely<DB>): Promise<Operation> {
  const operation = presentOperation(row)
  const event = { type: 'operation' as const, environmentId: row.environment_id, operation, lines: [...lines] }
  await appendEvent(event, ownerId, trx)
  return operation
}
