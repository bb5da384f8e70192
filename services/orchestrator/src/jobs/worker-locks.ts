/**
 * How servers know of each other that they live: each holds an advisory lock for its pool of workers for as long as its
 * connection to the database lives. A pool whose lock can be taken is one whose server was killed; its jobs go back to
 * the queue. (The queue's own rule for lost workers waits four hours.)
 */
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../lib/database.ts'
import { createKeptConnection } from '../lib/kept-connection.ts'
import type { Log } from '../lib/log.ts'

/** Must be longer than a new pool needs to take its lock. */
const orphanAgeSeconds = 5
const checkIntervalMs = 5_000

/** Advisory locks of two keys: this one keeps ours apart from others on the database. */
const lockSpace = 0x43_52_41
const lockQuery = 'select pg_advisory_lock($1, hashtext($2))'

export interface WorkerLocks {
  /** Marks a pool of this process as alive. */
  hold(poolId: string): void
  close(): Promise<void>
}

const LockedBy = z.array(z.object({ locked_by: z.string() }))

export async function openWorkerLocks(databaseUrl: string, db: Database, log: Log): Promise<WorkerLocks> {
  const held = new Set<string>()
  let closed = false
  const connection = createKeptConnection({
    databaseUrl,
    name: 'craftastic workers',
    log,
    prepare: async (client) => {
      for (const poolId of held) await client.query(lockQuery, [lockSpace, poolId])
    },
  })
  await connection.open()

  const timer = setInterval(() => void releaseOrphans().catch(reportFailure), checkIntervalMs)
  await releaseOrphans()

  return {
    hold: (poolId) => {
      held.add(poolId)
      connection.query(lockQuery, [lockSpace, poolId]).catch(reportFailure)
    },
    close: async () => {
      closed = true
      clearInterval(timer)
      await connection.close()
    },
  }

  async function releaseOrphans(): Promise<void> {
    const result = await sql`
      select distinct locked_by from graphile_worker.jobs
      where locked_by is not null and locked_at < now() - make_interval(secs => ${orphanAgeSeconds})`.execute(db)
    const orphans: string[] = []
    for (const { locked_by: poolId } of LockedBy.parse(result.rows)) {
      if (!held.has(poolId) && (await isFree(poolId))) orphans.push(poolId)
    }
    if (orphans.length === 0) return
    log.warn({ pools: orphans }, 'giving the jobs of a server that is gone back to the queue')
    await sql`select graphile_worker.force_unlock_workers(${sql.val(orphans)}::text[])`.execute(db)
  }

  async function isFree(poolId: string): Promise<boolean> {
    const query = 'select pg_try_advisory_lock($1, hashtext($2)) and pg_advisory_unlock($1, hashtext($2)) as free'
    const rows = await connection.query<{ free: boolean }>(query, [lockSpace, poolId])
    return rows[0]?.free === true
  }

  function reportFailure(error: unknown): void {
    if (!closed) log.warn({ err: error }, 'the locks of the job workers could not be checked')
  }
}
