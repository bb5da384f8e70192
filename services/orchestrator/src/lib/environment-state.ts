/**
 * The one place where an environment's status changes. A transition that the contract does not list is a defect and
 * throws; each change is told to the owner in the same transaction.
 *
 * `generation` is the fence: every wish and every run of its work begins a new one, and whoever writes an outcome must
 * still hold the newest. A server that was stalled while another one took over finds its number outdated.
 */
import { EnvironmentStatus, environmentTransitions, type KeptEvent, type DesiredState } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { appendEvents } from './event-log.ts'
import { presentEnvironment, type EnvironmentRow } from './present.ts'
import { endShares } from './share-rows.ts'

export type StatusChange = {
  status: EnvironmentStatus
  /** Why, in words; null when there is nothing to explain. */
  reason: string | null
  desiredState?: DesiredState
  containerId?: string | null
  branch?: string
  /** The volume holds somebody's work from now on. */
  workspaceReady?: true
  /** Begins a new generation: what was under way may write no more. */
  fence?: boolean
  /** The caller tells the owner, together with more. */
  isToldLater?: boolean
}

/** Locks the row until the transaction ends. Null when there is no such environment. */
export async function lockEnvironment(environmentId: string, trx: Transaction): Promise<EnvironmentRow | null> {
  const query = trx.selectFrom('environments').selectAll().where('id', '=', environmentId).forUpdate()
  return (await query.executeTakeFirst()) ?? null
}

/** The same, and null as well when another generation has begun. */
export async function lockGeneration(
  environmentId: string,
  generation: number,
  trx: Transaction,
): Promise<EnvironmentRow | null> {
  const row = await lockEnvironment(environmentId, trx)
  return row?.generation === generation ? row : null
}

/** `row` must have been locked in the same transaction. */
export async function changeStatus(
  row: EnvironmentRow,
  change: StatusChange,
  trx: Transaction,
): Promise<EnvironmentRow> {
  const from = EnvironmentStatus.parse(row.status)
  if (from !== change.status && !environmentTransitions[from].includes(change.status)) {
    throw new Error(`environment ${row.id} cannot go from ${from} to ${change.status}`)
  }
  const updated = await trx
    .updateTable('environments')
    .set({
      status: change.status,
      status_reason: change.reason,
      desired_state: change.desiredState ?? row.desired_state,
      generation: row.generation + (change.fence === true ? 1 : 0),
      container_id: change.containerId === undefined ? row.container_id : change.containerId,
      branch: change.branch ?? row.branch,
      ...(change.workspaceReady === true ? { workspace_ready_at: sql<Date>`coalesce(workspace_ready_at, now())` } : {}),
      // What is known of idleness is about the time in which it ran.
      ...(change.status === 'running' ? {} : { idle_since: null, awake_reason: null, held_until: null }),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (change.isToldLater !== true) await tellEnvironment(updated, trx)
  return updated
}

/** Its programs have ended: the container is another one from its next start on. Throws when another run has begun. */
export async function forgetContainer(environmentId: string, generation: number, trx: Transaction): Promise<void> {
  const row = await lockGeneration(environmentId, generation, trx)
  if (row === null) throw new Error('another run has begun')
  await trx.updateTable('environments').set({ container_id: null }).where('id', '=', row.id).execute()
}

/** The workspace is gone and another, empty one takes its place. Throws when another run has begun. */
export async function forgetWorkspace(environmentId: string, generation: number, trx: Transaction): Promise<void> {
  const row = await lockGeneration(environmentId, generation, trx)
  if (row === null) throw new Error('another run has begun')
  await trx.updateTable('environments').set({ workspace_ready_at: null }).where('id', '=', row.id).execute()
}

/** The end of a delete. What is found on the engine later, of a server that was stalled, may go as well. */
export async function removeEnvironment(row: EnvironmentRow, trx: Transaction): Promise<void> {
  await appendEvents([{ type: 'status', environmentId: row.id, environment: null }], row.user_id, trx)
  await endShares({ environmentId: row.id }, trx)
  await trx.insertInto('deleted_environments').values({ id: row.id }).execute()
  await trx.deleteFrom('environments').where('id', '=', row.id).execute()
}

/** Tells the owner what an environment is now. */
export async function tellEnvironment(row: EnvironmentRow, trx: Kysely<DB>): Promise<void> {
  await appendEvents([statusEvent(row)], row.user_id, trx)
}

export function statusEvent(row: EnvironmentRow): KeptEvent {
  return { type: 'status', environmentId: row.id, environment: presentEnvironment(row) }
}
