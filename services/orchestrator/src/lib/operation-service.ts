/** Reading operations, waiting for them, calling them off. */
import {
  isCancellable,
  settledOperationStates,
  type KeptEvent,
  type Operation,
  type OperationWithLog,
} from '@craftastic/contract'
import type { UserActor } from './actor.ts'
import { beginOperation } from './begin-operation.ts'
import type { Database, Transaction } from './database.ts'
import { lockOwnEnvironment, requireOperation } from './environment-access.ts'
import { AppError } from './errors.ts'
import type { EventFeed } from './event-feed.ts'
import { keepAnswer } from './idempotency.ts'
import { presentOperations, readOperationLines } from './operation-log.ts'
import type { OperationRow } from './present.ts'
import { requireRoomToRun, type Quotas } from './quotas.ts'

export type OperationService = ReturnType<typeof createOperationService>

export type OperationServiceOptions = { db: Database; feed: EventFeed; quotas: Quotas }

export function createOperationService({ db, feed, quotas }: OperationServiceOptions) {
  return {
    async getOperation(actor: UserActor, operationId: string): Promise<OperationWithLog> {
      const operation = await present(await requireOperation(actor, operationId, db), db)
      return { ...operation, lines: await readOperationLines(operationId, db) }
    },

    /**
     * Calls work off. What was to make an environment run leaves it stopped; what was to stop it leaves it running. A
     * delete is final. One that is cancelled already is answered as it is.
     */
    async cancelOperation(actor: UserActor, operationId: string): Promise<Operation> {
      const { environment_id: environmentId } = await requireOperation(actor, operationId, db)
      return db.transaction().execute(async (trx) => {
        const environment = await lockOwnEnvironment(actor, environmentId, trx)
        const operation = await present(await requireOperation(actor, operationId, trx), trx)
        if (operation.state === 'cancelled') return operation
        if (!isCancellable(operation)) throw new AppError('operation_not_cancellable', whyNot(operation))
        const wish =
          operation.kind === 'stop'
            ? ({ kind: 'start', requestedBy: actor.userId } as const)
            : ({ kind: 'stop', requestedBy: actor.userId, reason: 'Starting it was cancelled.' } as const)
        await beginOperation(environment, wish, trx)
        if (wish.kind === 'start') await requireRoomToRun(environment.user_id, quotas, trx)
        const cancelled = await present(await requireOperation(actor, operationId, trx), trx)
        await keepAnswer(actor, cancelled, trx)
        return cancelled
      })
    },

    /** Whether the operation settled within `seconds`. One that is gone, as after a delete, has settled. */
    async waitForOperation(operation: Operation, seconds: number, signal: AbortSignal): Promise<boolean> {
      const found = new AbortController()
      const settled = feed.waitFor(
        (event) => tellsOfEnd(event, operation),
        seconds * 1000,
        AbortSignal.any([signal, found.signal]),
      )
      // It may have settled before the feed was asked.
      const row = await db.selectFrom('operations').select('state').where('id', '=', operation.id).executeTakeFirst()
      if (row === undefined || settledOperationStates.some((state) => state === row.state)) {
        found.abort()
        return true
      }
      return (await settled) !== null
    },

    /**
     * Whether an operation that has settled did what it was to do, rather than being overtaken by a later wish.
     * @throws AppError operation_failed, in the words of the operation
     */
    async hasDone({ id }: Operation): Promise<boolean> {
      const row = await db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst()
      if (row === undefined) return true
      const { state, error } = await present(row, db)
      if (state === 'failed') throw new AppError('operation_failed', error?.reason ?? 'It failed.')
      return state === 'succeeded'
    },
  }
}

async function present(row: OperationRow, db: Database | Transaction): Promise<Operation> {
  const [operation] = await presentOperations([row], db)
  if (operation === undefined) throw new Error('an operation was lost on the way')
  return operation
}

function whyNot({ kind, state }: Operation): string {
  if (kind === 'delete') return 'A delete is final and cannot be cancelled.'
  return `The operation is already "${state}"; there is nothing left to cancel.`
}

function tellsOfEnd(event: KeptEvent, operation: Operation): boolean {
  if (event.environmentId !== operation.environmentId) return false
  if (event.type === 'operation') {
    return event.operation.id === operation.id && settledOperationStates.includes(event.operation.state)
  }
  return event.type === 'status' && event.environment === null
}
