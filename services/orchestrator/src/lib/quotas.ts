/** How much one person may have, and how long the line may get. Refusals say what to do about it. */
import { sql } from 'kysely'
import type { Transaction } from './database.ts'
import { AppError } from './errors.ts'
import { startingKinds } from './operation-steps.ts'

export type Quotas = {
  /** Environments of one user, in whatever state. */
  maxEnvironmentsPerUser: number
  /** Environments of one user that run or are meant to. */
  maxRunningPerUser: number
}

/** Starts that wait for a place; one takes about a second. */
const maxQueued = 500

/** Throws `quota_exceeded` or `queue_full` when `ownerId` may not make another environment. */
export async function requireRoomToCreate(ownerId: string, quotas: Quotas, trx: Transaction): Promise<void> {
  await requireRoomToRun(ownerId, quotas, trx)
  const total = await countEnvironments(ownerId, ['running', 'stopped', 'deleted'], trx)
  if (total < quotas.maxEnvironmentsPerUser) return
  const detail = `You have ${total} environments, which is the most allowed. Delete one that is not needed any more.`
  throw new AppError('quota_exceeded', detail)
}

/** Throws `quota_exceeded` or `queue_full` when `ownerId` may not have another environment run. */
export async function requireRoomToRun(ownerId: string, quotas: Quotas, trx: Transaction): Promise<void> {
  // Two requests at once must not both find the last place free.
  await sql`select id from users where id = ${ownerId} for no key update`.execute(trx)
  const running = await countEnvironments(ownerId, ['running'], trx)
  if (running >= quotas.maxRunningPerUser) {
    const detail = `You have ${running} environments running or meant to run, which is the most allowed. Stop one, then try again.`
    throw new AppError('quota_exceeded', detail)
  }
  const { queued } = await trx
    .selectFrom('operations')
    .select(({ fn }) => fn.countAll<number>().as('queued'))
    .where('state', '=', 'queued')
    .where('kind', 'in', startingKinds)
    .executeTakeFirstOrThrow()
  if (queued < maxQueued) return
  const detail = `${queued} environments are waiting to be started. Try again in a minute.`
  throw new AppError('queue_full', detail, { retryAfterSeconds: 60 })
}

async function countEnvironments(ownerId: string, desired: readonly string[], trx: Transaction): Promise<number> {
  const { count } = await trx
    .selectFrom('environments')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', ownerId)
    .where('desired_state', 'in', desired)
    .executeTakeFirstOrThrow()
  return count
}
