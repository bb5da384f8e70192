/**
 * Events reach browsers through a table: they are written in the same transaction as the change they tell of, so none
 * is told that did not happen, and a reader that was away reads on from the id it saw last. NOTIFY wakes every server.
 */
import { KeptEvent } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import { jsonb, type Database } from './database.ts'
import type { DB, JsonObject } from './database-types.ts'

/** Channel of NOTIFY; its payload is the id of the event. */
export const eventChannel = 'craftastic_events'

/** Channel of NOTIFY; its payload is the id of a deployment whose log somebody reads. It is kept nowhere. */
export const watchChannel = 'craftastic_watched_deployments'

/** How long a reader may be away and still read on. */
const retentionHours = 24

export type LoggedEvent = { id: number; userId: string; event: KeptEvent }

/** Writes events for the owner of their environment. Told when the surrounding transaction commits. */
export async function appendEvents(events: readonly KeptEvent[], userId: string, trx: Kysely<DB>): Promise<void> {
  const values = events.map(({ type, environmentId, ...data }) => {
    return { user_id: userId, environment_id: environmentId, type, data: jsonb(data as JsonObject) }
  })
  await trx
    .with('added', (cte) => cte.insertInto('events').values(values).returning('id'))
    .selectFrom('added')
    .select(sql`pg_notify(${eventChannel}, id::text)`.as('told'))
    .execute()
}

/** Tells whichever server follows deployments. */
export async function tellWatched(deploymentId: string, db: Database): Promise<void> {
  await sql`select pg_notify(${watchChannel}, ${deploymentId})`.execute(db)
}

type EventRow = { id: number; user_id: string; environment_id: string; type: string; data: unknown }

function toLoggedEvent(row: EventRow): LoggedEvent {
  const data = typeof row.data === 'object' && row.data !== null ? row.data : {}
  const event = KeptEvent.parse({ ...data, type: row.type, environmentId: row.environment_id })
  return { id: row.id, userId: row.user_id, event }
}

/** Those that can be read; one that a newer server wrote may be of a kind that this one does not know. */
export async function readEvents(
  ids: readonly number[],
  db: Database,
  onUnreadable: (id: number, error: unknown) => void,
): Promise<LoggedEvent[]> {
  const rows = await db.selectFrom('events').selectAll().where('id', 'in', ids).orderBy('id').execute()
  return rows.flatMap((row) => {
    try {
      return [toLoggedEvent(row)]
    } catch (error) {
      onUnreadable(row.id, error)
      return []
    }
  })
}

/** Id of the newest event, 0 when there is none. */
export async function readLastEventId(db: Database): Promise<number> {
  const row = await db
    .selectFrom('events')
    .select((eb) => eb.fn.max('id').as('id'))
    .executeTakeFirst()
  return row?.id ?? 0
}

export async function readEventIdsAfter(afterId: number, db: Database): Promise<number[]> {
  const rows = await db.selectFrom('events').select('id').where('id', '>', afterId).orderBy('id').execute()
  return rows.map((row) => row.id)
}

/** Events that one read answers at the most. */
export const eventPageSize = 1000

/** A user's events after `afterId`, oldest first, one page of them; of one environment when it is given. */
export async function readEventsAfter(
  afterId: number,
  scope: { userId: string; environmentId: string | null },
  db: Database,
): Promise<LoggedEvent[]> {
  let query = db.selectFrom('events').selectAll().where('user_id', '=', scope.userId).where('id', '>', afterId)
  if (scope.environmentId !== null) query = query.where('environment_id', '=', scope.environmentId)
  return (await query.orderBy('id').limit(eventPageSize).execute()).map(toLoggedEvent)
}

export async function deleteOldEvents(db: Database): Promise<void> {
  await db
    .deleteFrom('events')
    .where('created_at', '<', sql<Date>`now() - make_interval(hours => ${retentionHours})`)
    .execute()
}
