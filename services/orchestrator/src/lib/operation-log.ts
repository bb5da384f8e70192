/** Operations as rows: keeping one and its log true, and reading them. */
import {
  settledOperationStates,
  type KeptEvent,
  type Operation,
  type OperationError,
  type OperationKind,
  type OperationState,
  type OperationStep,
} from '@craftastic/contract'
import { sql, type Kysely, type RawBuilder } from 'kysely'
import { jsonb, type Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { appendEvents } from './event-log.ts'
import { recoveryLimit, startingKinds } from './operation-steps.ts'
import { presentOperation, type OperationRow } from './present.ts'

/** Lines of log kept for one operation; a clone writes a few dozen. */
const maxLines = 1000

/** Operations are history for a month; the newest of each environment is kept. */
const retentionDays = 30

export type OperationChange = {
  state: OperationState
  steps: readonly OperationStep[]
  error?: OperationError
  lines?: readonly string[]
}

/**
 * Writes the newest truth of a run and tells the owner. Answers false, with nothing written, when the run is no longer
 * the one that counts: the operation is settled, or another run has begun.
 */
export async function updateOperation(
  run: { operationId: string; generation: number; ownerId: string },
  { state, steps, error, lines = [] }: OperationChange,
  trx: Transaction,
): Promise<boolean> {
  const row = await trx
    .updateTable('operations')
    .set({
      state,
      steps: jsonb([...steps]),
      ...(error === undefined ? {} : { error: jsonb(error) }),
      ...(settledOperationStates.includes(state) ? { finished_at: sql<Date>`now()` } : {}),
    })
    .where('id', '=', run.operationId)
    .where('generation', '=', run.generation)
    .where('state', '=', 'running')
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) return false
  if (lines.length > 0) {
    const values = lines.slice(-maxLines).map((line) => ({ operation_id: row.id, line: line.slice(0, 2000) }))
    await trx.insertInto('operation_lines').values(values).execute()
  }
  await tellOperation(row, run.ownerId, lines, trx)
  return true
}

export async function tellOperation(
  row: OperationRow,
  ownerId: string,
  lines: readonly string[],
  trx: Transaction,
): Promise<Operation> {
  const [operation = presentOperation(row)] = await presentOperations([row], trx)
  await appendEvents([operationEvent(operation, lines)], ownerId, trx)
  return operation
}

export function operationEvent(operation: Operation, lines: readonly string[] = []): KeptEvent {
  return { type: 'operation', environmentId: operation.environmentId, operation, lines: [...lines] }
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
  return new Map((await presentOperations(rows, db)).map((operation) => [operation.environmentId, operation]))
}

/** Environments that run no more because they could not be brought back, until it was tried as often as it is. */
export async function findUnrecovered(db: Kysely<DB>): Promise<Set<string>> {
  const result = await sql<{ id: string }>`
    select environments.id from environments, lateral (
      select kind, state, created_at from operations
      where environment_id = environments.id order by created_at desc limit 1
    ) newest
    where environments.status = 'error' and environments.desired_state = 'running'
      and newest.kind = 'recover' and newest.state = 'failed' and ${recoveryLimit.times} > (
        select count(*) from operations
        where environment_id = environments.id and kind = 'recover'
          and created_at > newest.created_at - make_interval(mins => ${recoveryLimit.minutes})
      )`.execute(db)
  return new Set(result.rows.map(({ id }) => id))
}

/** How many starts go before one that is put in line now: the order of `presentOperations`. */
export function countAhead(kind: OperationKind): RawBuilder<number> {
  const isLast = kind === 'recover'
  return sql<number>`(
    select count(*) from operations line
    where line.state = 'queued' and line.kind = any(${sql.val(startingKinds)}) and (${isLast} or line.kind <> 'recover')
  )`
}

/** With the place in line of those that wait. People come before what the server does by itself. */
export async function presentOperations(rows: readonly OperationRow[], db: Kysely<DB>): Promise<Operation[]> {
  const waiting = rows.filter(({ kind, state }) => state === 'queued' && startingKinds.some((name) => name === kind))
  if (waiting.length === 0) return rows.map((row) => presentOperation(row))
  const line = db
    .selectFrom('operations')
    .select(['id', sql<number>`row_number() over (order by kind = 'recover', created_at, id)`.as('position')])
    .where('state', '=', 'queued')
    .where('kind', 'in', startingKinds)
    .as('line')
  const places = await db
    .selectFrom(line)
    .select(['id', 'position'])
    .where(
      'id',
      'in',
      waiting.map(({ id }) => id),
    )
    .execute()
  const positions = new Map(places.map(({ id, position }) => [id, position]))
  return rows.map((row) => presentOperation(row, positions.get(row.id) ?? null))
}

export async function deleteOldOperations(db: Kysely<DB>): Promise<void> {
  await db
    .deleteFrom('operations')
    .where('finished_at', '<', sql<Date>`now() - make_interval(days => ${retentionDays})`)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('operations as later')
          .select('later.id')
          .whereRef('later.environment_id', '=', 'operations.environment_id')
          .whereRef('later.created_at', '>', 'operations.created_at'),
      ),
    )
    .execute()
}
