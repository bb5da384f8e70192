/**
 * Sharing a session with other users of this server. Only its owner gives, changes and takes back; each is in the audit
 * log and told to the other person in the same transaction, which is also what ends their open terminals.
 */
import {
  EnvironmentStatus,
  SessionStatus,
  TerminalMode,
  type SessionShare,
  type ShareSession,
  type SharedSession,
} from '@craftastic/contract'
import type { UserActor } from './actor.ts'
import { appendAudit, type AuditEntry } from './audit-log.ts'
import type { Database, Transaction } from './database.ts'
import { lockOwnSession, requireSession } from './environment-access.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import { selectStandingShares, tellShared } from './share-rows.ts'

export type SessionShareService = ReturnType<typeof createSessionShareService>

type ShareRow = { id: string; user_id: string; mode: string; created_at: Date; name: string; email: string }

export function createSessionShareService({ db }: { db: Database }) {
  return {
    /** Oldest first. */
    async listSessionShares(actor: UserActor, sessionId: string): Promise<SessionShare[]> {
      const { id } = await requireSession(actor, sessionId, db)
      return (await selectShares(id, db).orderBy('session_shares.created_at').execute()).map(presentShare)
    },

    /**
     * The same person once more gets the new mode.
     * @throws AppError not_found | share_refused
     */
    async shareSession(
      actor: UserActor,
      sessionId: string,
      { email, mode }: ShareSession,
    ): Promise<{ share: SessionShare; isNew: boolean }> {
      return db.transaction().execute(async (trx) => {
        const session = await lockOwnSession(actor, sessionId, trx)
        const userId = await findInvited(actor, email, trx)
        const before = await selectShares(session.id, trx).where('users.id', '=', userId).executeTakeFirst()
        await trx
          .insertInto('session_shares')
          .values({ session_id: session.id, user_id: userId, mode })
          .onConflict((conflict) => conflict.columns(['session_id', 'user_id']).doUpdateSet({ mode }))
          .execute()
        const row = await selectShares(session.id, trx).where('users.id', '=', userId).executeTakeFirstOrThrow()
        if (before?.mode !== mode) {
          const action = before === undefined ? 'session_share.give' : 'session_share.change'
          await record(actor, action, { session, row }, trx)
          await tellShared({ environmentId: session.environment_id, sessionId: session.id, userId }, mode, trx)
        }
        const share = presentShare(row)
        await keepAnswer(actor, share, trx)
        return { share, isNew: before === undefined }
      })
    },

    /** Takes it back. @throws AppError not_found */
    async deleteSessionShare(actor: UserActor, sessionId: string, shareId: string): Promise<void> {
      await db.transaction().execute(async (trx) => {
        const session = await lockOwnSession(actor, sessionId, trx)
        const row = await selectShares(session.id, trx)
          .where('session_shares.id', '=', shareId)
          .forUpdate('session_shares')
          .executeTakeFirst()
        if (row === undefined) throw new AppError('not_found', `There is no share "${shareId}" of this session.`)
        await trx.deleteFrom('session_shares').where('id', '=', shareId).execute()
        await record(actor, 'session_share.take_back', { session, row }, trx)
        const share = { environmentId: session.environment_id, sessionId: session.id, userId: row.user_id }
        await tellShared(share, null, trx)
      })
    },

    /** What others share with the caller; shared last comes first. */
    async listSharedSessions(actor: UserActor): Promise<SharedSession[]> {
      const rows = await selectStandingShares(db)
        .select(['sessions.id', 'sessions.name', 'sessions.tmux_session_name', 'sessions.status'])
        .select(['sessions.restored_at', 'session_shares.mode', 'owners.name as owner_name'])
        .select(['environments.id as environment_id', 'environments.name as environment_name'])
        .select('environments.status as environment_status')
        .where('session_shares.user_id', '=', actor.userId)
        .orderBy('session_shares.created_at', 'desc')
        .orderBy('session_shares.id')
        .execute()
      return rows.map((row) => ({
        id: row.id,
        name: row.name,
        tmuxSessionName: row.tmux_session_name,
        status: row.environment_status === 'running' ? SessionStatus.parse(row.status) : 'dead',
        restoredAt: row.restored_at?.toISOString() ?? null,
        mode: TerminalMode.parse(row.mode),
        environment: {
          id: row.environment_id,
          name: row.environment_name,
          status: EnvironmentStatus.parse(row.environment_status),
        },
        owner: { name: row.owner_name },
      }))
    },
  }
}

function selectShares(sessionId: string, db: Database | Transaction) {
  return db
    .selectFrom('session_shares')
    .innerJoin('users', 'users.id', 'session_shares.user_id')
    .select(['session_shares.id', 'session_shares.user_id', 'session_shares.mode', 'session_shares.created_at'])
    .select(['users.name', 'users.email'])
    .where('session_shares.session_id', '=', sessionId)
}

/** The id of whoever signs in with the address; it cannot be removed until the transaction ends. */
async function findInvited(actor: UserActor, email: string, trx: Transaction): Promise<string> {
  const query = trx.selectFrom('users').select('id').where('email', '=', email).where('disabled_at', 'is', null)
  const user = await query.forKeyShare().executeTakeFirst()
  if (user === undefined) throw refuse(`Nobody on this server signs in with "${email}". Ask an admin for an account.`)
  if (user.id === actor.userId) throw refuse('The session is yours already. Enter the address of somebody else.')
  return user.id
}

function refuse(detail: string): AppError {
  return new AppError('share_refused', detail, { errors: [{ pointer: '/email', detail }] })
}

async function record(
  actor: UserActor,
  action: AuditEntry['action'],
  { session, row }: { session: { id: string; environment_id: string }; row: ShareRow },
  trx: Transaction,
): Promise<void> {
  const details = { sessionId: session.id, userId: row.user_id, mode: row.mode }
  const done = { action, target: row.email, result: 'done', details } as const
  await appendAudit({ userId: actor.userId, environmentId: session.environment_id, ...done }, trx)
}

function presentShare({ id, user_id: userId, mode, created_at: createdAt, name, email }: ShareRow): SessionShare {
  return { id, user: { id: userId, name, email }, mode: TerminalMode.parse(mode), createdAt: createdAt.toISOString() }
}
