/**
 * One of the servers on a database does what must be done by one of them. It holds an advisory lock for as long as its
 * connection lives; the others ask again now and then.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Log } from './log.ts'

const retryMs = 2_000

/** Advisory locks of two keys: this one keeps those of leaders apart from others on the database. */
const lockSpace = 0x43_52_42

export type LeadershipOptions = {
  /** Of the work, the same on all servers. */
  name: string
  /** Goes on until `signal` aborts. `confirm` throws when another server may lead by now. */
  work: (confirm: () => Promise<void>) => Promise<void>
  signal: AbortSignal
  db: Database
  log: Log
}

/** Resolves once `signal` has aborted and the work has ended. */
export async function leadInTurn(options: LeadershipOptions): Promise<void> {
  const { name, signal, log } = options
  const isOver = () => signal.aborted
  while (!isOver()) {
    try {
      await leadOnce(options)
    } catch (error) {
      if (!isOver()) log.warn({ err: error, work: name }, 'work that one server does was cut short')
    }
    await sleep(retryMs, null, { signal, ref: false }).catch(() => {})
  }
}

/** Answers at once when another server leads. */
async function leadOnce({ name, work, db }: LeadershipOptions): Promise<void> {
  await db.connection().execute(async (connection) => {
    const lock = sql<{ held: boolean }>`select pg_try_advisory_lock(${lockSpace}, hashtext(${name})) as held`
    const { rows } = await lock.execute(connection)
    if (rows[0]?.held !== true) return
    try {
      await work(async () => void (await sql`select 1`.execute(connection)))
    } finally {
      await sql`select pg_advisory_unlock(${lockSpace}, hashtext(${name}))`.execute(connection)
    }
  })
}
