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

/**
 * Throws `quota_exceeded` or `queue_full` when `ownerId` has more than allowed with the environment that this
 * transaction has made. Last in the transaction, like `requireRoomToRun`: the owner is locked until it ends.
 */
export async function requireRoomToCreate(ownerId: string, quotas: Quotas, trx: Transaction): Promise<void> {
  const counts = await countUnderLock(ownerId, trx)
  refuseToRun(counts, quotas)
  if (counts.total <= quotas.maxEnvironmentsPerUser) return
  const detail = `You have ${counts.total - 1} environments, which is the most allowed. Delete one that is not needed any more.`
  throw new AppError('quota_exceeded', detail)
}

/** The same with an environment that this transaction lets run. */
export async function requireRoomToRun(ownerId: string, quotas: Quotas, trx: Transaction): Promise<void> {
  refuseToRun(await countUnderLock(ownerId, trx), quotas)
}

type Counts = { total: number; running: number; queued: number }

/** With what this transaction has written. */
async function countUnderLock(ownerId: string, trx: Transaction): Promise<Counts> {
  // Two requests at once must not both find the last place free: whoever comes second counts what the first has
  // committed.
  await sql`select id from users where id = ${ownerId} for no key update`.execute(trx)
  const { queued, ...own } = await trx
    .selectFrom('environments')
    .where('user_id', '=', ownerId)
    .select(({ fn, selectFrom }) => [
      fn.countAll<number>().as('total'),
      fn.countAll<number>().filterWhere('desired_state', '=', 'running').as('running'),
      selectFrom('operations')
        .select(fn.countAll<number>().as('queued'))
        .where('state', '=', 'queued')
        .where('kind', 'in', startingKinds)
        .as('queued'),
    ])
    .executeTakeFirstOrThrow()
  return { ...own, queued: queued ?? 0 }
}

function refuseToRun({ running, queued }: Counts, { maxRunningPerUser }: Quotas): void {
  if (running > maxRunningPerUser) {
    const detail = `You have ${running - 1} environments running or meant to run, which is the most allowed. Stop one, then try again.`
    throw new AppError('quota_exceeded', detail)
  }
  if (queued > maxQueued) {
    const detail = `${queued - 1} environments are waiting to be started. Try again in a minute.`
    throw new AppError('queue_full', detail, { retryAfterSeconds: 60 })
  }
}
