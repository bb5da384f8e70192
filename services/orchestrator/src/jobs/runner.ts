/**
 * Runs the queue's jobs in this process, in two lanes: starts, of which a machine can take only a few at once, and
 * everything else, so that a stop or a delete never waits behind starts.
 */
import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, run, runMigrations, type Runner, type WorkerEvents, type WorkerPool } from 'graphile-worker'
import type pg from 'pg'
import type { Database } from '../lib/database.ts'
import { otherJobNames, startJobNames, type JobName } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { openWorkerLocks, type WorkerLocks } from './worker-locks.ts'

/** `shutdown` aborts when the server ends: a job that then throws is run again by the next server. */
export type Job = (payload: unknown, shutdown: AbortSignal) => Promise<void>

export type JobRunnerOptions = {
  databaseUrl: string
  db: Database
  pool: pg.Pool
  jobs: Record<JobName, Job>
  /** What is done regularly, by one of the servers: a crontab line (UTC) for each of `jobs` that has one. */
  schedule: Partial<Record<JobName, string>>
  /** Starts at once. */
  concurrency: number
  log: Log
}

export interface JobRunner {
  /** Takes no more jobs, cuts short those that run, and waits for them. */
  stop(): Promise<void>
}

/** Each waits for the engine more than it works. */
const otherJobsAtOnce = 8
const restartDelayMs = 1_000

/**
 * The queue looks for the next job while the end of the last one is still being written, finds its environment's line
 * taken, and would look again only after its poll interval, 2 s.
 */
const nudgeDelaysMs = [15, 100, 500]

/** Brings the queue's own tables up to date; jobs can be added afterwards. */
export async function migrateJobQueue(pool: pg.Pool, log: Log): Promise<void> {
  await runMigrations({ pgPool: pool, logger: queueLogger(log) })
}

/** The queue's tables must be up to date. */
export async function startJobRunner(options: JobRunnerOptions): Promise<JobRunner> {
  const { databaseUrl, db, schedule, concurrency, log } = options
  const shutdown = new AbortController()
  const locks = await openWorkerLocks(databaseUrl, db, log)
  const crontab = Object.entries(schedule).map(([name, times]) => `${times} ${name}`)
  const onJobDone = () => {
    for (const delayMs of nudgeDelaysMs) {
      setTimeout(() => {
        for (const lane of lanes) lane.nudge()
      }, delayMs).unref()
    }
  }
  const common = { ...options, locks, onJobDone, shutdown: shutdown.signal }
  const lanes = await Promise.all([
    openLane({ ...common, names: startJobNames, concurrency, crontab: [] }),
    openLane({ ...common, names: otherJobNames, concurrency: otherJobsAtOnce, crontab }),
  ])
  return {
    stop: async () => {
      shutdown.abort()
      await Promise.all(lanes.map((lane) => lane.stop()))
      await locks.close()
    },
  }
}

type LaneOptions = JobRunnerOptions & {
  names: readonly JobName[]
  crontab: string[]
  locks: WorkerLocks
  onJobDone: () => void
  shutdown: AbortSignal
}

/** A lane that loses its database opens again: the jobs that it held are given back with its old name. */
async function openLane(options: LaneOptions): Promise<{ nudge(): void; stop(): Promise<void> }> {
  const { locks, shutdown, log } = options
  const isOver = () => shutdown.aborted
  let lane = await start()
  const kept = keep()
  return {
    nudge: () => {
      if (shutdown.aborted) return
      try {
        lane.workers.nudge(1)
      } catch {
        // It refuses once its workers have ended; the next one looks for itself.
      }
    },
    stop: async () => {
      await lane.runner.stop().catch((error: unknown) => log.warn({ err: error }, 'the job queue did not stop cleanly'))
      await kept
    },
  }

  async function keep(): Promise<void> {
    for (;;) {
      await lane.runner.promise.catch((error: unknown) => log.error({ err: error }, 'the job queue stopped'))
      if (isOver()) return
      locks.release(lane.workers.id)
      const next = await startAgain()
      if (next === null) return
      lane = next
      // It may have opened while everything ended.
      if (isOver()) await lane.runner.stop()
    }
  }

  async function startAgain(): Promise<Lane | null> {
    while (!shutdown.aborted) {
      await sleep(restartDelayMs, null, { signal: shutdown }).catch(() => {})
      try {
        return await start()
      } catch (error) {
        log.warn({ err: error }, 'the job queue does not start yet')
      }
    }
    return null
  }

  async function start(): Promise<Lane> {
    const { pool, names, jobs, concurrency, crontab, onJobDone } = options
    const events: WorkerEvents = new EventEmitter()
    const pools: WorkerPool[] = []
    // The queue writes the id of the pool, not of its workers, into the jobs that it takes.
    events.on('pool:create', ({ workerPool }) => {
      pools.push(workerPool)
      locks.hold(workerPool.id)
    })
    events.on('job:complete', onJobDone)
    const runner = await run({
      pgPool: pool,
      concurrency,
      events,
      noHandleSignals: true,
      // In batches (of whatever ends together), because only those have their failures handled: without the database
      // the end of a job on its own would end the process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      logger: queueLogger(log),
      crontab: crontab.join('\n'),
      taskList: Object.fromEntries(
        names.map((name) => [name, (payload: unknown) => jobs[name](payload, shutdown)] as const),
      ),
    })
    const [workers] = pools
    if (workers === undefined) throw new Error('the job queue started without workers')
    return { runner, workers }
  }
}

type Lane = { runner: Runner; workers: WorkerPool }

/** The queue's words at the level of detail that an operator of this product wants. */
function queueLogger(log: Log): Logger {
  return new Logger(() => (level, message, meta) => {
    if (level === 'error') log.error({ queue: meta }, message)
    else if (level === 'warning') log.warn({ queue: meta }, message)
    else log.debug({ queue: meta }, message)
  })
}
