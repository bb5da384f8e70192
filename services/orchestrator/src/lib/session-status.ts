/**
 * Sessions as tmux sees them now. The rows keep what was seen last, for lists over many environments; a difference is
 * written and told to the owner.
 */
import type { Session, SessionStatus } from '@craftastic/contract'
import { sql } from 'kysely'
import type { SshConnection } from '../services/ssh.ts'
import { listTmuxSessions, type TmuxSession } from '../services/tmux.ts'
import type { Database, Transaction } from './database.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { appendEvents } from './event-log.ts'
import { createLooksInOrder } from './looks-in-order.ts'
import { presentSession, type EnvironmentRow, type SessionRow } from './present.ts'
import { startSession } from './session-start.ts'

/** Activity is written at this grain, so that looking at a list does not write all the time. */
const activityGrainMs = 60_000

const look = createLooksInOrder<readonly TmuxSession[]>()

/** Asks tmux and answers all sessions of the environment, oldest first; only those with tmux's names in `only`. */
export async function observeSessions(
  environmentId: string,
  { reach, db }: { reach: EnvironmentReach; db: Database },
  only: ReadonlySet<string> | null = null,
): Promise<Session[]> {
  const ask = () => reach.inside(environmentId, listTmuxSessions)
  return look(environmentId, ask, async (latestOf) => {
    const rows = await readSessionRows(environmentId, db)
    const asked = rows.filter((row) => only === null || only.has(row.tmux_session_name))
    return Promise.all(asked.map((row) => recordSession(row, latestOf(row.id), db)))
  })
}

/** Asks tmux about one session. */
export async function observeSession(
  row: SessionRow,
  { reach, db }: { reach: EnvironmentReach; db: Database },
): Promise<Session> {
  const ask = () => reach.inside(row.environment_id, listTmuxSessions)
  return look(row.environment_id, ask, (latestOf) => recordSession(row, latestOf(row.id), db))
}

export async function readSessionRows(environmentId: string, db: Database): Promise<SessionRow[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('environment_id', '=', environmentId)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Tells the owner what a session is now; null: it is deleted. */
export async function tellSession(
  row: SessionRow,
  session: Session | null,
  ownerId: string,
  trx: Transaction,
): Promise<void> {
  const event = { type: 'session', environmentId: row.environment_id, sessionId: row.id, session } as const
  await appendEvents([event], ownerId, trx)
}

const restoredNotice = 'A new shell: the container had ended, and with it the programs that ran here.'

/**
 * Makes the sessions again that were alive when their container ended, as new shells in their directories. When the
 * container has just been started (`isFresh`), one that is there already is a new shell as well: somebody who attached
 * at the wrong moment made it.
 */
export async function restoreSessions(
  environment: Pick<EnvironmentRow, 'id' | 'user_id'>,
  ssh: SshConnection,
  db: Database,
  { isFresh }: { isFresh: boolean },
): Promise<void> {
  const rows = await readSessionRows(environment.id, db)
  const alive = new Set((await listTmuxSessions(ssh)).map(({ name }) => name))
  for (const row of rows) {
    const isAlive = alive.has(row.tmux_session_name)
    if (row.status === 'dead' || (isAlive && !isFresh)) continue
    if (!isAlive) await startSession(ssh, row, restoredNotice)
    await db.transaction().execute(async (trx) => {
      const restored = await trx
        .updateTable('sessions')
        .set({ status: 'inactive', restored_at: sql<Date>`now()`, updated_at: sql<Date>`now()` })
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirst()
      if (restored !== undefined) await tellSession(restored, presentSession(restored), environment.user_id, trx)
    })
  }
}

/** Writes what tmux says of one session where it differs from its row. */
async function recordSession(row: SessionRow, alive: readonly TmuxSession[], db: Database): Promise<Session> {
  const seen = alive.find((candidate) => candidate.name === row.tmux_session_name)
  const status: SessionStatus = seen === undefined ? 'dead' : seen.attached > 0 ? 'active' : 'inactive'
  const lastActivity = seen?.lastActivity ?? row.last_activity
  const sinceWritten = (lastActivity?.getTime() ?? 0) - (row.last_activity?.getTime() ?? 0)
  if (status === row.status && sinceWritten < activityGrainMs) return presentSession(row, seen ?? null)
  return db.transaction().execute(async (trx) => {
    // The environment first, as everywhere. While it starts, tmux has no sessions yet: that says nothing of them.
    const environment = await trx
      .updateTable('environments')
      .set({ last_activity_at: sql<Date>`greatest(last_activity_at, ${lastActivity})` })
      .where('id', '=', row.environment_id)
      .where('status', '=', 'running')
      .returning('user_id')
      .executeTakeFirst()
    if (environment === undefined) return presentSession(row)
    const updated = await trx
      .updateTable('sessions')
      .set({ status, last_activity: lastActivity, updated_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirst()
    // Deleted meanwhile.
    if (updated === undefined) return presentSession({ ...row, status: 'dead' })
    const session = presentSession(updated, seen ?? null)
    await tellSession(row, session, environment.user_id, trx)
    return session
  })
}
