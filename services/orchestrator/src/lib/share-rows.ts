/** The rows of shares: whom a session is shared with, and telling those people when that changes. */
import type { TerminalMode } from '@craftastic/contract'
import type { Kysely } from 'kysely'
import type { Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { appendEvents } from './event-log.ts'

/** Whose something is shared, and with whom: neither of the two is disabled. */
export function selectStandingShares(db: Kysely<DB>) {
  return db
    .selectFrom('session_shares')
    .innerJoin('sessions', 'sessions.id', 'session_shares.session_id')
    .innerJoin('environments', 'environments.id', 'sessions.environment_id')
    .innerJoin('users as owners', 'owners.id', 'environments.user_id')
    .innerJoin('users as invited', 'invited.id', 'session_shares.user_id')
    .where('owners.disabled_at', 'is', null)
    .where('invited.disabled_at', 'is', null)
}

export type ToldShare = { environmentId: string; sessionId: string; userId: string }

/** Tells the person with whom a session is shared what they may do from now on; null: nothing. */
export async function tellShared(share: ToldShare, mode: TerminalMode | null, trx: Transaction): Promise<void> {
  const { environmentId, sessionId, userId } = share
  await appendEvents([{ type: 'share', environmentId, sessionId, mode }], userId, trx)
}

/** All of a session or an environment that goes, or goes to somebody else. */
export async function endShares(
  of: { sessionId: string } | { environmentId: string },
  trx: Transaction,
): Promise<void> {
  const ofIt = trx
    .selectFrom('sessions')
    .select('sessions.id')
    .where((eb) => ('sessionId' in of ? eb('id', '=', of.sessionId) : eb('environment_id', '=', of.environmentId)))
  const ended = await trx
    .deleteFrom('session_shares')
    .using('sessions')
    .whereRef('sessions.id', '=', 'session_shares.session_id')
    .where('session_shares.session_id', 'in', ofIt)
    .returning(['session_shares.session_id as sessionId', 'session_shares.user_id as userId'])
    .returning('sessions.environment_id as environmentId')
    .execute()
  for (const share of ended) await tellShared(share, null, trx)
}
