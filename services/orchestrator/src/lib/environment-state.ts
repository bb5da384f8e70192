/**
 * The one place where an environment's status changes. A transition that the contract does not list is a defect and
 * throws; each change is told to the owner in the same transaction.
 */
import { EnvironmentStatus, environmentTransitions, type DesiredState } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { DB } from './database-types.ts'
import { appendEvent } from './event-log.ts'
import { presentEnvironment, type EnvironmentRow } from './present.ts'

export type StatusChange = {
  status: EnvironmentStatus
  /** Why, in words; null when there is nothing to explain. */
  reason: string | null
  desiredState?: DesiredState
  containerId?: string | null
  branch?: string
}

/** Locks the row until the transaction ends. Null when there is no such environment. */
export async function lockEnvironment(environmentId: string, trx: Kysely<DB>): Promise<EnvironmentRow | null> {
  const query = trx.selectFrom('environments').selectAll().where('id', '=', environmentId).forUpdate()
  return (await query.executeTakeFirst()) ?? null
}

/** `row` must have been locked in the same transaction. Asking for another state begins a new generation. */
export async function changeStatus(
  row: EnvironmentRow,
  change: StatusChange,
  trx: Kysely<DB>,
): Promise<EnvironmentRow> {
  const from = EnvironmentStatus.parse(row.status)
  if (from !== change.status && !environmentTransitions[from].includes(change.status)) {
    throw new Error(`environment ${row.id} cannot go from ${from} to ${change.status}`)
  }
  const isNewWish = change.desiredState !== undefined && change.desiredState !== row.desired_state
  const updated = await trx
    .updateTable('environments')
    .set({
      status: change.status,
      status_reason: change.reason,
      desired_state: change.desiredState ?? row.desired_state,
      generation: row.generation + (isNewWish ? 1 : 0),
      container_id: change.containerId === undefined ? row.container_id : change.containerId,
      branch: change.branch ?? row.branch,
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const environment = presentEnvironment(updated)
  await appendEvent({ type: 'status', environmentId: row.id, environment }, row.user_id, trx)
  return updated
}

/** Marks a running environment as lost: its container ended without being asked to. */
export async function markLost(environmentId: string, reason: string, db: Kysely<DB>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(environmentId, trx)
    if (row?.status === 'running') await changeStatus(row, { status: 'error', reason, containerId: null }, trx)
  })
}
