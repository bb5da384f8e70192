/**
 * Giving the environments of somebody who cannot sign in any more to somebody who can: after an upgrade from the previous
 * generation, or when a person has left. The admin who does it need not see them.
 */
import type { HandedOver, HandOver } from '@craftastic/contract'
import { sql } from 'kysely'
import type { UserActor } from './actor.ts'
import { appendAudit } from './audit-log.ts'
import type { Database, Transaction } from './database.ts'
import { resealDeployKey } from './deploy-keys.ts'
import { resealEnvironmentKeys } from './environment-keys.ts'
import { tellEnvironment } from './environment-state.ts'
import { AppError } from './errors.ts'
import { appendEvents } from './event-log.ts'
import { keepAnswer } from './idempotency.ts'
import type { EnvironmentRow } from './present.ts'
import type { SecretBox } from './secret-box.ts'
import { endShares } from './share-rows.ts'

export type HandOverService = ReturnType<typeof createHandOverService>

/** Longest name of an environment. */
const maxNameLength = 64

export function createHandOverService({ db, secretBox }: { db: Database; secretBox: SecretBox }) {
  return {
    /**
     * All environments of `userId`, who must be disabled: nobody may be at work in them. A name that the new owner has
     * already gets a number. What they save for Git is theirs, so nothing of that moves; what they shared is shared no more.
     * @throws AppError not_allowed | not_found | environment_busy
     */
    async handOverEnvironments(actor: UserActor, userId: string, { toUserId }: HandOver): Promise<HandedOver> {
      if (actor.role !== 'admin') throw new AppError('not_allowed', 'Only admins hand environments over.')
      return db.transaction().execute(async (trx) => {
        const to = await requireHeir(toUserId, trx)
        await requireDisabled(userId, trx)
        const rows = await lockSettled(userId, trx)
        const names = new Set(await readNames(to.id, trx))
        for (const row of rows) await handOver(actor, { row, to, name: freeName(row.name, names) }, trx)
        const answer = { environments: rows.length }
        await keepAnswer(actor, answer, trx)
        return answer
      })
    },
  }

  async function handOver(
    actor: UserActor,
    { row, to, name }: { row: EnvironmentRow; to: { id: string; email: string }; name: string },
    trx: Transaction,
  ): Promise<void> {
    const change = { environmentId: row.id, from: row.user_id, to: to.id }
    await resealEnvironmentKeys(change, secretBox, trx)
    await resealDeployKey(change, secretBox, trx)
    const given = await trx
      .updateTable('environments')
      .set({ user_id: to.id, name, updated_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await endShares({ environmentId: row.id }, trx)
    await appendEvents([{ type: 'status', environmentId: row.id, environment: null }], row.user_id, trx)
    await tellEnvironment(given, trx)
    const done = { action: 'environment.hand_over', target: to.email, result: 'done' } as const
    await appendAudit({ userId: actor.userId, environmentId: row.id, ...done }, trx)
  }
}

async function requireHeir(userId: string, trx: Transaction): Promise<{ id: string; email: string }> {
  const row = await trx
    .selectFrom('users')
    .select(['id', 'email'])
    .where('id', '=', userId)
    .where('disabled_at', 'is', null)
    .forKeyShare()
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no active user "${userId}".`)
  return row
}

async function requireDisabled(userId: string, trx: Transaction): Promise<void> {
  const query = trx.selectFrom('users').select(['email', 'disabled_at']).where('id', '=', userId)
  const row = await query.forUpdate().executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no user "${userId}".`)
  if (row.disabled_at !== null) return
  throw new AppError('environment_busy', `"${row.email}" can still sign in. Disable the user first, then hand over.`)
}

/** Work that is under way knows the owner whom it began for. */
async function lockSettled(userId: string, trx: Transaction): Promise<EnvironmentRow[]> {
  const query = trx.selectFrom('environments').selectAll().where('user_id', '=', userId)
  const rows = await query.orderBy('created_at').orderBy('id').forUpdate().execute()
  const busy = rows.find(({ status }) => ['starting', 'stopping', 'deleting'].includes(status))
  if (busy === undefined) return rows
  throw new AppError('environment_busy', `The environment "${busy.name}" is "${busy.status}". Try again in a moment.`)
}

async function readNames(userId: string, trx: Transaction): Promise<string[]> {
  const rows = await trx.selectFrom('environments').select('name').where('user_id', '=', userId).execute()
  return rows.map(({ name }) => name)
}

/** Takes the name, or the first with a number that is free. */
function freeName(name: string, taken: Set<string>): string {
  let free = name
  for (let number = 2; taken.has(free); number += 1) {
    const suffix = ` ${number}`
    free = `${name.slice(0, maxNameLength - suffix.length).trimEnd()}${suffix}`
  }
  taken.add(free)
  return free
}
