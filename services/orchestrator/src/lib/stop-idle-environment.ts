/** Stops an environment that nobody uses, unless that has just changed. */
import { beginOperation } from './begin-operation.ts'
import { readDatabaseClock, type Database } from './database.ts'
import { lockEnvironment } from './environment-state.ts'
import { idleStopAt } from './present.ts'

/** @param reason In words; it stays on the stopped environment. */
export async function stopIdleEnvironment(environmentId: string, reason: string, db: Database): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(environmentId, trx)
    if (row?.status !== 'running') return
    const dueAt = idleStopAt(row)
    if (dueAt === null || dueAt > (await readDatabaseClock(trx))) return
    await beginOperation(row, { kind: 'stop', requestedBy: null, reason }, trx)
  })
}
