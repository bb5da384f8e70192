/**
 * What the engine tells of memory limits. It names the container and not the program, and its own flag on the container
 * stays false when another program than the first was ended; so events are remembered, and an environment that lives on
 * carries a note.
 */
import type { Database } from './database.ts'
import { changeStatus, lockEnvironment } from './environment-state.ts'
import type { Log } from './log.ts'

/** An end this soon after running out of memory was caused by it. */
const causeMs = 15_000

const note = 'A program was ended because the environment ran out of memory.'

export interface MemoryPressure {
  /** Called when the engine tells of it. */
  take(environmentId: string): void
  /** Whether it happened just now. */
  isRecent(environmentId: string): boolean
}

export function createMemoryPressure({ db, log }: { db: Database; log: Log }): MemoryPressure {
  const seen = new Map<string, number>()
  const ageMs = (environmentId: string) => performance.now() - (seen.get(environmentId) ?? -Infinity)

  const writeNote = (environmentId: string) =>
    db.transaction().execute(async (trx) => {
      const row = await lockEnvironment(environmentId, trx)
      if (row?.status !== 'running' || row.status_reason === note) return
      await changeStatus(row, { status: 'running', reason: note }, trx)
    })

  return {
    take: (environmentId) => {
      for (const id of seen.keys()) if (ageMs(id) > causeMs) seen.delete(id)
      seen.set(environmentId, performance.now())
      writeNote(environmentId).catch((error: unknown) => {
        log.warn({ err: error, environmentId }, 'an environment that ran out of memory could not be marked')
      })
    },
    isRecent: (environmentId) => ageMs(environmentId) < causeMs,
  }
}
