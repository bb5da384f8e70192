/**
 * Whose is it: the one place that answers. Ownership is part of the query, so a resource of somebody else is exactly as
 * absent as one that never was. Admins are no exception: managing users is not reading their work. Only what asks for a
 * session with `requireVisibleSession` knows those that are shared with the caller as well.
 */
import { TerminalMode } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import type { UserActor } from './actor.ts'
import type { Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import type { DeploymentRow } from './deployment-row.ts'
import { AppError } from './errors.ts'
import type { EnvironmentRow, OperationRow, SessionRow } from './present.ts'

export async function requireEnvironment(
  actor: UserActor,
  environmentId: string,
  db: Kysely<DB>,
): Promise<EnvironmentRow> {
  const row = await selectOwnEnvironment(actor, environmentId, db).executeTakeFirst()
  return row ?? absent('environment', environmentId)
}

/** @throws AppError not_found | environment_not_running */
export async function requireRunningEnvironment(
  actor: UserActor,
  environmentId: string,
  db: Kysely<DB>,
): Promise<EnvironmentRow> {
  return requireRunning(await requireEnvironment(actor, environmentId, db))
}

/** Answers the environment when it runs. */
export function requireRunning<E extends Pick<EnvironmentRow, 'name' | 'status'>>(environment: E): E {
  if (environment.status === 'running') return environment
  const detail = `The environment "${environment.name}" is "${environment.status}", not running.`
  throw new AppError('environment_not_running', detail)
}

/** As `requireEnvironment`, locked until the transaction ends. */
export async function lockOwnEnvironment(
  actor: UserActor,
  environmentId: string,
  trx: Transaction,
): Promise<EnvironmentRow> {
  const row = await selectOwnEnvironment(actor, environmentId, trx).forUpdate().executeTakeFirst()
  return row ?? absent('environment', environmentId)
}

function selectOwnEnvironment(actor: UserActor, environmentId: string, db: Kysely<DB>) {
  return db.selectFrom('environments').selectAll().where('id', '=', environmentId).where('user_id', '=', actor.userId)
}

/** A session, and the status of its environment. */
export type PlacedSessionRow = SessionRow & { environment_status: string }

export async function requireSession(actor: UserActor, sessionId: string, db: Kysely<DB>): Promise<PlacedSessionRow> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('environments', 'environments.id', 'sessions.environment_id')
    .selectAll('sessions')
    .select('environments.status as environment_status')
    .where('sessions.id', '=', sessionId)
    .where('environments.user_id', '=', actor.userId)
    .executeTakeFirst()
  return row ?? absent('session', sessionId)
}

/** As `requireSession`, locked until the transaction ends: neither session nor owner changes meanwhile. */
export async function lockOwnSession(
  actor: UserActor,
  sessionId: string,
  trx: Transaction,
): Promise<Pick<SessionRow, 'id' | 'environment_id'>> {
  const row = await trx
    .selectFrom('sessions')
    .innerJoin('environments', 'environments.id', 'sessions.environment_id')
    .select(['sessions.id', 'sessions.environment_id'])
    .where('sessions.id', '=', sessionId)
    .where('environments.user_id', '=', actor.userId)
    .forKeyShare()
    .executeTakeFirst()
  return row ?? absent('session', sessionId)
}

/** A session whose terminal somebody may open, and what they may do there at the most. */
export type VisibleSessionRow = PlacedSessionRow & { environment_name: string; owner_id: string; mode: TerminalMode }

/** The caller's own, and those that others share with the caller. What a disabled owner shared is absent. */
export async function requireVisibleSession(
  actor: UserActor,
  sessionId: string,
  db: Kysely<DB>,
): Promise<VisibleSessionRow> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('environments', 'environments.id', 'sessions.environment_id')
    .innerJoin('users as owners', 'owners.id', 'environments.user_id')
    .leftJoin('session_shares', (join) =>
      join.onRef('session_shares.session_id', '=', 'sessions.id').on('session_shares.user_id', '=', actor.userId),
    )
    .selectAll('sessions')
    .select([
      'environments.status as environment_status',
      'environments.name as environment_name',
      'environments.user_id as owner_id',
      sql<string>`case when environments.user_id = ${actor.userId} then 'edit' else session_shares.mode end`.as('mode'),
    ])
    .where('sessions.id', '=', sessionId)
    .where((eb) =>
      eb.or([
        eb('environments.user_id', '=', actor.userId),
        eb.and([eb('session_shares.id', 'is not', null), eb('owners.disabled_at', 'is', null)]),
      ]),
    )
    .executeTakeFirst()
  return row === undefined ? absent('session', sessionId) : { ...row, mode: TerminalMode.parse(row.mode) }
}

export async function requireOperation(actor: UserActor, operationId: string, db: Kysely<DB>): Promise<OperationRow> {
  const row = await db
    .selectFrom('operations')
    .innerJoin('environments', 'environments.id', 'operations.environment_id')
    .selectAll('operations')
    .where('operations.id', '=', operationId)
    .where('environments.user_id', '=', actor.userId)
    .executeTakeFirst()
  return row ?? absent('operation', operationId)
}

export async function requireDeployment(
  actor: UserActor,
  deploymentId: string,
  db: Kysely<DB>,
): Promise<DeploymentRow> {
  const row = await db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .selectAll('deployments')
    .where('deployments.id', '=', deploymentId)
    .where('environments.user_id', '=', actor.userId)
    .executeTakeFirst()
  return row ?? absent('deployment', deploymentId)
}

function absent(kind: string, id: string): never {
  throw new AppError('not_found', `There is no ${kind} "${id}".`)
}
