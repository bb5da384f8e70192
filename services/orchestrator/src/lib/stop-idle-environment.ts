/** Stops an environment that nobody uses, unless that has just changed. */
import { sql } from 'kysely'
import { beginOperation } from './begin-operation.ts'
import type { Database } from './database.ts'
import { lockEnvironment } from './environment-state.ts'
import { idleStopAt } from './present.ts'

/** @param reason In words; it stays on the stopped environment. */
export async function stopIdleEnvironment(environmentId: string, reason: string, db: Database): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(environmentId, trx)
    if (row?.status !== 'running') return
    const dueAt = idleStopAt(row)
    const clock = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(trx)
    const now = clock.rows[0]?.now ?? new Date()
    if (dueAt === null || dueAt > now) return
    await beginOperation(row, { kind: 'stop', requestedBy: null, reason }, trx)
  })
}
