/**
 * What makes an environment run and what ends it. The last wish wins over whatever is under way; a delete is final.
 * Asking for what is so already, or under way already, changes nothing and answers it.
 */
import { holdMinutes, settledOperationStates, type Environment, type Operation } from '@craftastic/contract'
import { sql, type RawBuilder } from 'kysely'
import type { UserActor } from './actor.ts'
import { beginOperation } from './begin-operation.ts'
import type { Database, Transaction } from './database.ts'
import { lockOwnEnvironment } from './environment-access.ts'
import { tellEnvironment } from './environment-state.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import { findNewestOperations } from './operation-log.ts'
import { presentEnvironment, type EnvironmentRow } from './present.ts'
import { requireRoomToRun, type Quotas } from './quotas.ts'

type WishedKind = 'start' | 'stop' | 'restart' | 'retry' | 'delete'

/** What a wish comes to: another piece of work, or nothing because it is so already. */
type Decision = WishedKind | 'as it is'

export type EnvironmentLifecycleOptions = { db: Database; quotas: Quotas }
export type EnvironmentLifecycle = ReturnType<typeof createEnvironmentLifecycle>

export function createEnvironmentLifecycle({ db, quotas }: EnvironmentLifecycleOptions) {
  return {
    /** Also makes a lost container again, on the workspace as it is. */
    startEnvironment: (actor: UserActor, environmentId: string) =>
      wish(actor, environmentId, ({ status }) =>
        status === 'running' || status === 'starting' ? 'as it is' : 'start',
      ),

    /** The workspace is kept, and so is what was installed in the container. */
    stopEnvironment: (actor: UserActor, environmentId: string) =>
      wish(actor, environmentId, ({ status }) => (status === 'stopped' || status === 'stopping' ? 'as it is' : 'stop')),

    restartEnvironment: (actor: UserActor, environmentId: string) =>
      wish(actor, environmentId, (_, underWay) => (underWay?.kind === 'restart' ? 'as it is' : 'restart')),

    /** Tries again what failed: to make it run, to stop it. Throws `environment_busy` when nothing has failed. */
    retryEnvironment: (actor: UserActor, environmentId: string) =>
      wish(actor, environmentId, ({ status, desired_state: desired }, underWay) => {
        if (underWay !== undefined) return 'as it is'
        if (status === 'error') return desired === 'stopped' ? 'stop' : 'retry'
        throw new AppError('environment_busy', `The environment is "${status}"; only one in error can be retried.`)
      }),

    /**
     * Final: whatever runs for the environment is cut short. What is only in its workspace is kept first, and it is not
     * deleted when that cannot be; `isForced` does not keep it, and overtakes a delete that does.
     */
    async deleteEnvironment(
      actor: UserActor,
      environmentId: string,
      { isForced = false }: { isForced?: boolean } = {},
    ): Promise<Operation> {
      return db.transaction().execute(async (trx) => {
        const row = await lockOwnEnvironment(actor, environmentId, trx)
        const underWay = await findUnderWay(row, trx)
        if (underWay?.kind === 'delete' && !(isForced && keepsWork(underWay))) return underWay
        return (await beginOperation(row, { kind: 'delete', requestedBy: actor.userId, isForced }, trx)).operation
      })
    },

    /** Keeps a running environment awake for `holdMinutes` from now, whatever runs there. */
    holdEnvironment: (actor: UserActor, environmentId: string) =>
      setHeldUntil(actor, environmentId, sql<Date>`now() + make_interval(mins => ${holdMinutes})`),

    releaseEnvironment: (actor: UserActor, environmentId: string) => setHeldUntil(actor, environmentId, null),
  }

  async function wish(
    actor: UserActor,
    environmentId: string,
    decide: (row: EnvironmentRow, underWay: Operation | undefined) => Decision,
  ): Promise<Environment> {
    return db.transaction().execute(async (trx) => {
      const row = await lockOwnEnvironment(actor, environmentId, trx)
      if (row.desired_state === 'deleted') {
        throw new AppError('environment_busy', `The environment "${row.name}" is being deleted.`)
      }
      const underWay = await findUnderWay(row, trx)
      const decision = decide(row, underWay)
      const answer = await (decision === 'as it is' ? describe(row, trx) : begin(actor, row, decision, trx))
      await keepAnswer(actor, answer, trx)
      return answer
    })
  }

  async function begin(
    actor: UserActor,
    row: EnvironmentRow,
    kind: WishedKind,
    trx: Transaction,
  ): Promise<Environment> {
    const { environment, operation } = await beginOperation(row, { kind, requestedBy: actor.userId }, trx)
    if (kind !== 'stop' && row.desired_state !== 'running') await requireRoomToRun(row.user_id, quotas, trx)
    return { ...presentEnvironment(environment), operation }
  }

  async function setHeldUntil(
    actor: UserActor,
    environmentId: string,
    heldUntil: RawBuilder<Date> | null,
  ): Promise<Environment> {
    return db.transaction().execute(async (trx) => {
      const row = await lockOwnEnvironment(actor, environmentId, trx)
      if (row.status !== 'running') {
        throw new AppError('environment_not_running', `The environment "${row.name}" does not run.`)
      }
      const updated = await trx
        .updateTable('environments')
        .set({ held_until: heldUntil, updated_at: sql<Date>`now()` })
        .where('id', '=', row.id)
        .returningAll()
        .executeTakeFirstOrThrow()
      await tellEnvironment(updated, trx)
      const answer = presentEnvironment(updated)
      await keepAnswer(actor, answer, trx)
      return answer
    })
  }
}

/** It has not got past keeping what is only in the workspace. */
function keepsWork({ steps }: Operation): boolean {
  return steps.some(({ name, state }) => name === 'keep' && state !== 'done')
}

async function findUnderWay(row: EnvironmentRow, trx: Transaction): Promise<Operation | undefined> {
  const newest = (await findNewestOperations([row.id], trx)).get(row.id)
  return newest === undefined || settledOperationStates.includes(newest.state) ? undefined : newest
}

async function describe(row: EnvironmentRow, trx: Transaction): Promise<Environment> {
  const operation = (await findNewestOperations([row.id], trx)).get(row.id) ?? null
  return { ...presentEnvironment(row), operation }
}
