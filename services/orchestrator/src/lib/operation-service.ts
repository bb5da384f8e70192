/** Reading operations and waiting for them. */
import { settledOperationStates, type AppEvent, type Operation, type OperationWithLog } from '@craftastic/contract'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireOperation } from './environment-access.ts'
import type { EventFeed } from './event-feed.ts'
import { readOperationLines } from './operation-log.ts'
import { presentOperation } from './present.ts'

export type OperationService = ReturnType<typeof createOperationService>

export function createOperationService({ db, feed }: { db: Database; feed: EventFeed }) {
  return {
    async getOperation(actor: UserActor, operationId: string): Promise<OperationWithLog> {
      const row = await requireOperation(actor, operationId, db)
      return { ...presentOperation(row), lines: await readOperationLines(operationId, db) }
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
      const row = await db.selectFrom('operations').selectAll().where('id', '=', operation.id).executeTakeFirst()
      if (row === undefined || isSettled(presentOperation(row))) {
        found.abort()
        return true
      }
      return (await settled) !== null
    },
  }
}

function isSettled(operation: Operation): boolean {
  return settledOperationStates.includes(operation.state)
}

function tellsOfEnd(event: AppEvent, operation: Operation): boolean {
  if (event.environmentId !== operation.environmentId) return false
  if (event.type === 'operation') return event.operation.id === operation.id && isSettled(event.operation)
  return event.type === 'status' && event.environment === null
}
