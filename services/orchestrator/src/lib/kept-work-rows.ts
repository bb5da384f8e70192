/** Rows of kept work: whose it is, what it holds, and how much of it one user may have. */
import { keptWorkDays, type KeptWork } from '@craftastic/contract'
import { sql, type Kysely, type Selectable } from 'kysely'
import type { UserActor } from './actor.ts'
import { jsonb, type Transaction } from './database.ts'
import type { DB, KeptWork as KeptWorkTable } from './database-types.ts'
import { AppError } from './errors.ts'
import type { EnvironmentRow } from './present.ts'

export type KeptWorkRow = Selectable<KeptWorkTable>

export type KeptWorkLimits = {
  /** Bytes of one bundle. */
  maxBytes: number
  /** Bytes of all bundles of one user. */
  maxBytesPerUser: number
}

export type NewKeptWork = Pick<
  KeptWork,
  'id' | 'branch' | 'commits' | 'files' | 'stashes' | 'isComplete' | 'bytes' | 'sha256' | 'heads'
>

/** Bytes that the next bundle may have. What is kept of this environment already makes room for it. */
export async function readRoomForKeptWork(
  { id, user_id: userId }: EnvironmentRow,
  { maxBytes, maxBytesPerUser }: KeptWorkLimits,
  db: Kysely<DB>,
): Promise<number> {
  const { bytes } = await db
    .selectFrom('kept_work')
    .select(sql<number>`coalesce(sum(bytes), 0)::bigint`.as('bytes'))
    .where('user_id', '=', userId)
    .where('environment_id', '!=', id)
    .executeTakeFirstOrThrow()
  return Math.max(0, Math.min(maxBytes, maxBytesPerUser - bytes))
}

/** Lets nothing else be kept for this user until the transaction ends. */
export async function lockKeptWork({ user_id: userId }: EnvironmentRow, trx: Transaction): Promise<void> {
  await trx.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute()
}

/** Takes the place of what was kept of the same environment by a run that was cut short. Answers the ids of that. */
export async function addKeptWork(work: NewKeptWork, environment: EnvironmentRow, trx: Transaction): Promise<string[]> {
  const older = await trx.deleteFrom('kept_work').where('environment_id', '=', environment.id).returning('id').execute()
  await trx
    .insertInto('kept_work')
    .values({
      id: work.id,
      user_id: environment.user_id,
      environment_id: environment.id,
      environment_name: environment.name,
      repository_url: environment.repository_url,
      branch: work.branch,
      commits: work.commits,
      files: work.files,
      stashes: work.stashes,
      is_complete: work.isComplete,
      bytes: work.bytes,
      sha256: work.sha256,
      heads: jsonb(work.heads),
      expires_at: sql<Date>`now() + make_interval(days => ${keptWorkDays})`,
    })
    .execute()
  return older.map(({ id }) => id)
}

/** Whether an earlier run of the delete has kept it, and it was asked for nothing else since. */
export async function isKept({ id }: EnvironmentRow, db: Kysely<DB>): Promise<boolean> {
  const row = await db
    .selectFrom('kept_work')
    .select('id')
    .where('environment_id', '=', id)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('operations')
            .select('operations.id')
            .whereRef('operations.environment_id', '=', 'kept_work.environment_id')
            .whereRef('operations.created_at', '>', 'kept_work.created_at')
            .where('operations.kind', '!=', 'delete'),
        ),
      ),
    )
    .executeTakeFirst()
  return row !== undefined
}

/** @throws AppError not_found */
export async function requireKeptWork(actor: UserActor, keptWorkId: string, db: Kysely<DB>): Promise<KeptWorkRow> {
  const row = await db
    .selectFrom('kept_work')
    .selectAll()
    .where('id', '=', keptWorkId)
    .where('user_id', '=', actor.userId)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no kept work "${keptWorkId}".`)
  return row
}
