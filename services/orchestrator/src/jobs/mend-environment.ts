/** Carries out one repair of the reconciler, unless something has overtaken it meanwhile. */
import { EnvironmentStatus, OperationKind } from '@craftastic/contract'
import { sql } from 'kysely'
import { beginOperation, type Wish } from '../lib/begin-operation.ts'
import { jsonb, type Database, type Transaction } from '../lib/database.ts'
import { describeEndedContainer } from '../lib/ended-container.ts'
import { changeStatus, lockGeneration } from '../lib/environment-state.ts'
import { enqueueOperation } from '../lib/job-queue.ts'
import { recoveryLimit } from '../lib/operation-steps.ts'
import { findNewestOperations, tellOperation } from '../lib/operation-log.ts'
import { presentOperation, type EnvironmentRow } from '../lib/present.ts'
import type { Repair } from '../lib/reconcile-plan.ts'
import type { ContainerRuntime } from '../services/runtime.ts'
import { describeGivenUp } from './describe-failure.ts'

export type MendOptions = {
  db: Database
  runtime: MendingRuntime
  /** Whether the engine has just told that the environment ran out of memory. */
  ranOutOfMemory: (environmentId: string) => boolean
}

export type MendingRuntime = Pick<
  ContainerRuntime,
  'findContainer' | 'findImage' | 'hasVolume' | 'stopContainer' | 'removeNetwork' | 'ensureNetwork'
>

/** Answers whether anything was done. */
export type MendEnvironment = (repair: Repair) => Promise<boolean>

const triedAgain = 'It ended unexpectedly and could not be brought back at first.'

export function createMendEnvironment({ db, runtime, ranOutOfMemory }: MendOptions): MendEnvironment {
  return async (repair) => {
    if (repair.repair === 'recoverAgain' && !(await mayRecover(repair.environmentId))) return false
    const words = repair.repair === 'recover' ? await describeLoss(repair) : ''
    return db.transaction().execute(async (trx) => {
      const row = await lockGeneration(repair.environmentId, repair.generation, trx)
      return row !== null && (await perform(row, repair, words, trx))
    })
  }

  async function perform(row: EnvironmentRow, repair: Repair, words: string, trx: Transaction): Promise<boolean> {
    switch (repair.repair) {
      // While the row is locked: a wish of that moment waits, and finds nothing taken away under it.
      case 'tidy':
        await runtime.stopContainer(row.id)
        await runtime.removeNetwork(row.id)
        return true
      case 'untangle':
        // Those that its container is not on go.
        await runtime.ensureNetwork(row.id, row.generation)
        return true
      case 'recover':
        return recover(row, words, trx)
      case 'recoverAgain':
        return begin(row, { kind: 'recover', requestedBy: null, reason: triedAgain }, trx)
      case 'stop':
        // Why it was stopped at first stays true; why a stop failed does not.
        return begin(row, { kind: 'stop', requestedBy: null, ...(row.status === 'stopped' ? reasonOf(row) : {}) }, trx)
      case 'delete':
        return begin(row, { kind: 'delete', requestedBy: null, isForced: await wasForced(row, trx) }, trx)
      case 'resume':
        return resume(row, repair.operationId, trx)
      case 'giveUp':
        return giveUp(row, repair.operationId, trx)
      case 'settle':
        await changeStatus(row, { status: 'stopped', reason: row.status_reason }, trx)
        return true
      case 'adopt': {
        const same = { status: EnvironmentStatus.parse(row.status), reason: row.status_reason }
        await changeStatus(row, { ...same, containerId: repair.containerId }, trx)
        return true
      }
    }
  }

  /** Without its workspace or its image it would fail once more; these may come back. */
  async function mayRecover(environmentId: string): Promise<boolean> {
    const query = db.selectFrom('environments').select(['image', 'workspace_ready_at']).where('id', '=', environmentId)
    const row = await query.executeTakeFirst()
    if (row === undefined || (await runtime.findImage(row.image)) === null) return false
    return row.workspace_ready_at === null || runtime.hasVolume(environmentId)
  }

  async function describeLoss({ environmentId, lost }: Extract<Repair, { repair: 'recover' }>): Promise<string> {
    if (lost === 'network') return 'Its network was removed.'
    const state = await runtime.findContainer(environmentId)
    const outOfMemory = state?.ranOutOfMemory === true || ranOutOfMemory(environmentId)
    return describeEndedContainer({ exitCode: state?.exitCode ?? null, refusal: null, ranOutOfMemory: outOfMemory })
  }
}

/** Brings it back, unless it ends again and again. */
async function recover(row: EnvironmentRow, words: string, trx: Transaction): Promise<boolean> {
  const { recoveries } = await trx
    .selectFrom('operations')
    .select(({ fn }) => fn.countAll<number>().as('recoveries'))
    .where('environment_id', '=', row.id)
    .where('kind', '=', 'recover')
    .where('created_at', '>', sql<Date>`now() - make_interval(mins => ${recoveryLimit.minutes})`)
    .executeTakeFirstOrThrow()
  if (recoveries < recoveryLimit.times) return begin(row, { kind: 'recover', requestedBy: null, reason: words }, trx)
  const often = `It was brought back ${recoveries} times within ${recoveryLimit.minutes} minutes`
  const reason = `${words} ${often} and is not started again by itself.`
  await changeStatus(row, { status: 'error', reason, containerId: null, fence: true }, trx)
  return true
}

async function resume(row: EnvironmentRow, operationId: string, trx: Transaction): Promise<boolean> {
  const operation = await trx
    .selectFrom('operations')
    .select('kind')
    .where('id', '=', operationId)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (operation === undefined) return false
  await enqueueOperation({ environmentId: row.id, operationId, kind: OperationKind.parse(operation.kind) }, trx)
  return true
}

/** The run that still holds it may write no more. */
async function giveUp(row: EnvironmentRow, operationId: string, trx: Transaction): Promise<boolean> {
  const operation = await trx
    .selectFrom('operations')
    .selectAll()
    .where('id', '=', operationId)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (operation === undefined) return false
  const { kind, steps } = presentOperation(operation)
  const reason = describeGivenUp(kind)
  const step = (steps.find(({ state }) => state === 'running') ?? steps.at(-1))?.name ?? 'ready'
  const failed = await trx
    .updateTable('operations')
    .set({ state: 'failed', finished_at: sql<Date>`now()`, error: jsonb({ step, reason, output: null }) })
    .where('id', '=', operationId)
    .returningAll()
    .executeTakeFirstOrThrow()
  await tellOperation(failed, row.user_id, [], trx)
  await changeStatus(row, { status: 'error', reason, fence: true }, trx)
  return true
}

/** Whether the delete that failed was not to keep what is only in the workspace. */
async function wasForced(row: EnvironmentRow, trx: Transaction): Promise<boolean> {
  const newest = (await findNewestOperations([row.id], trx)).get(row.id)
  return newest?.kind === 'delete' && newest.steps.every(({ name }) => name !== 'keep')
}

async function begin(row: EnvironmentRow, wish: Wish, trx: Transaction): Promise<boolean> {
  await beginOperation(row, wish, trx)
  return true
}

function reasonOf({ status_reason: reason }: EnvironmentRow): { reason?: string } {
  return reason === null ? {} : { reason }
}
