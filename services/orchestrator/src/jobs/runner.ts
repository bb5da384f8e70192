/** Runs the queue's jobs in this process. */
import { EventEmitter } from 'node:events'
import { Logger, run, runMigrations, type WorkerEvents } from 'graphile-worker'
import type pg from 'pg'
import type { Database } from '../lib/database.ts'
import type { JobName } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { openWorkerLocks } from './worker-locks.ts'

/** `shutdown` aborts when the server ends: a job that then throws is run again by the next server. */
export type Job = (payload: unknown, shutdown: AbortSignal) => Promise<void>

export type JobRunnerOptions = {
  databaseUrl: string
  db: Database
  pool: pg.Pool
  jobs: Record<JobName, Job>
  /** What is done regularly, by one of the servers: a crontab line (UTC) for each of `jobs` that has one. */
  schedule: Partial<Record<JobName, string>>
  /** Jobs at once. */
  concurrency: number
  log: Log
}

export interface JobRunner {
  /** Takes no more jobs, cuts short those that run, and waits for them. */
  stop(): Promise<void>
}

/** Brings the queue's own tables up to date; jobs can be added afterwards. */
export async function migrateJobQueue(pool: pg.Pool, log: Log): Promise<void> {
  await runMigrations({ pgPool: pool, logger: queueLogger(log) })
}

/** The queue's tables must be up to date. */
export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { databaseUrl, db, pool, jobs, schedule, concurrency, log } = options
  const shutdown = new AbortController()
  const locks = await openWorkerLocks(databaseUrl, db, log)
  const events: WorkerEvents = new EventEmitter()
  // The queue writes the id of the pool, not of its workers, into the jobs that it takes.
  events.on('pool:create', ({ workerPool }) => locks.hold(workerPool.id))

  const runner = await run({
    pgPool: pool,
    concurrency,
    events,
    noHandleSignals: true,
    logger: queueLogger(log),
    crontab: Object.entries(schedule)
      .map(([name, times]) => `${times} ${name}`)
      .join('\n'),
    taskList: Object.fromEntries(
      Object.entries(jobs).map(([name, job]) => [name, (payload: unknown) => job(payload, shutdown.signal)]),
    ),
  })
  runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job queue stopped'))

  return {
    stop: async () => {
      shutdown.abort()
      await runner.stop().catch((error: unknown) => log.warn({ err: error }, 'the job queue did not stop cleanly'))
      await locks.close()
    },
  }
}

/** The queue's words at the level of detail that an operator of this product wants. */
function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    if (level === 'error') log.error({ queue: meta }, message)
    else if (level === 'warning') log.warn({ queue: meta }, message)
    else log.debug({ queue: meta }, message)
  })
}
