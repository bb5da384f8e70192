/**
 * How servers know of each other that they live. Each holds an advisory lock for its pools of workers for as long as
 * its connection to the database lives, and renews a row every few seconds. A pool whose lock can be taken is one whose
 * server was killed, a row that is old one whose server hangs; the jobs of both go back to the queue. What a server that
 * hung writes later is refused by the generation of its runs. (The queue's own rule for lost workers waits four hours.)
 */
import { sql } from 'kysely'
import { z } from 'zod'
import type { Database } from '../lib/database.ts'
import { createKeptConnection } from '../lib/kept-connection.ts'
import type { Log } from '../lib/log.ts'

/** Must be longer than a new pool needs to take its lock. */
const orphanAgeSeconds = 2
const checkIntervalMs = 1_500
/** A server that was not heard of for this long hangs. */
const hangSeconds = 15

/** Must be longer than the moment between a job's end and the end of its line's lock. */
const lineAgeSeconds = 5

/** Advisory locks of two keys: this one keeps ours apart from others on the database. */
const lockSpace = 0x43_52_41
const lockQuery = 'select pg_advisory_lock($1, hashtext($2))'

export interface WorkerLocks {
  /** Marks a pool of this process as alive. */
  hold(poolId: string): void
  /** Gives up a pool that works no more. */
  release(poolId: string): void
  close(): Promise<void>
}

/**
 * A server that hung and wakes ends its job although another one runs it: the queue then forgets the job and keeps the
 * line of its environment taken, because only the pool that took it gives it back. A line without a running job is free.
 */
async function releaseLines(db: Database): Promise<void> {
  await sql`
    update graphile_worker._private_job_queues lines set locked_by = null, locked_at = null
    where locked_at < now() - make_interval(secs => ${lineAgeSeconds}) and not exists (
      select from graphile_worker._private_jobs jobs where jobs.job_queue_id = lines.id and jobs.locked_at is not null
    )`.execute(db)
}

const LockedBy = z.array(z.object({ locked_by: z.string(), hangs: z.boolean() }))

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

  const check = async () => {
    await renew()
    await releaseOrphans()
    await releaseLines(db)
  }
  const timer = setInterval(() => void check().catch(reportFailure), checkIntervalMs)
  await releaseOrphans()

  return {
    hold: (poolId) => {
      held.add(poolId)
      connection.query(lockQuery, [lockSpace, poolId]).catch(reportFailure)
    },
    release: (poolId) => {
      held.delete(poolId)
      connection.query('select pg_advisory_unlock($1, hashtext($2))', [lockSpace, poolId]).catch(reportFailure)
    },
    close: async () => {
      closed = true
      clearInterval(timer)
      await connection.close()
    },
  }

  async function renew(): Promise<void> {
    if (held.size === 0) return
    await sql`
      insert into worker_pools (id) select unnest(${sql.val([...held])}::text[])
      on conflict (id) do update set seen_at = now()`.execute(db)
  }

  async function releaseOrphans(): Promise<void> {
    const result = await sql`
      select distinct jobs.locked_by,
        coalesce(worker_pools.seen_at < now() - make_interval(secs => ${hangSeconds}), false) as hangs
      from graphile_worker.jobs left join worker_pools on worker_pools.id = jobs.locked_by
      where jobs.locked_by is not null and jobs.locked_at < now() - make_interval(secs => ${orphanAgeSeconds})`.execute(
      db,
    )
    const orphans: string[] = []
    for (const { locked_by: poolId, hangs } of LockedBy.parse(result.rows)) {
      if (!held.has(poolId) && (hangs || (await isFree(poolId)))) orphans.push(poolId)
    }
    if (orphans.length === 0) return
    log.warn({ pools: orphans }, 'giving the jobs of a server that is gone or hangs back to the queue')
    await sql`select graphile_worker.force_unlock_workers(${sql.val(orphans)}::text[])`.execute(db)
    await sql`delete from worker_pools where id = any(${sql.val(orphans)}::text[])`.execute(db)
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
