/** The queue as this server runs it, on a real database. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startJobRunner, type Job, type JobRunner } from '../src/jobs/runner.ts'
import { appendEvents, deleteOldEvents, readEventsAfter } from '../src/lib/event-log.ts'
import { enqueueOperation } from '../src/lib/job-queue.ts'
import { createUser } from './harness/builders.ts'
import { useTestApp } from './harness/test-app.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

const job = {
  environmentId: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
  operationId: '00000000-0000-4000-8000-000000000001',
}

describe('the job runner', () => {
  let database: TestDatabase
  const runners: JobRunner[] = []
  beforeEach(async () => {
    database = await createTestDatabase()
  })
  afterEach(async () => {
    for (const runner of runners.splice(0)) await runner.stop()
    await database.drop()
  })

  const start = async (startEnvironment: Job) => {
    const nothing = async () => {}
    const jobs = {
      start_environment: startEnvironment,
      stop_environment: nothing,
      delete_environment: nothing,
      send_deployment: nothing,
      cancel_deployment: nothing,
      delete_old_records: nothing,
    }
    const { db, pool, url: databaseUrl } = database
    const log = pino({ level: 'silent' })
    runners.push(await startJobRunner({ databaseUrl, db, pool, jobs, schedule: {}, concurrency: 2, log }))
  }
  const enqueue = (environmentId = job.environmentId) =>
    database.db
      .transaction()
      .execute((trx) => enqueueOperation({ environmentId, operationId: randomUUID(), kind: 'start' }, trx))

  it('runs a job once its transaction is committed, with what was put in', async () => {
    const payloads: unknown[] = []
    await start(async (payload) => void payloads.push(payload))
    await database.db.transaction().execute(async (trx) => {
      await enqueueOperation({ ...job, kind: 'start' }, trx)
      await sleep(200)
      expect(payloads).toEqual([])
    })
    await expect.poll(() => payloads).toEqual([job])
  })

  it('forgets a job whose transaction is rolled back', async () => {
    let runs = 0
    await start(async () => void (runs += 1))
    const failed = database.db.transaction().execute(async (trx) => {
      await enqueueOperation({ ...job, kind: 'start' }, trx)
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    await sleep(300)
    expect(runs).toBe(0)
  })

  it('does the work of one environment one after the other', async () => {
    let running = 0
    let most = 0
    let done = 0
    await start(async () => {
      most = Math.max(most, ++running)
      await sleep(50)
      running -= 1
      done += 1
    })
    await Promise.all([enqueue(), enqueue(), enqueue(), enqueue()])
    await expect.poll(() => done).toBe(4)
    expect(most).toBe(1)
  })

  it('starts only so many environments at once, however many wait', async () => {
    let running = 0
    let most = 0
    let done = 0
    await start(async () => {
      most = Math.max(most, ++running)
      await sleep(100)
      running -= 1
      done += 1
    })
    await Promise.all(Array.from({ length: 7 }, () => enqueue(randomUUID())))
    await expect.poll(() => done).toBe(7)
    expect(most).toBe(2)
  })

  it('takes over the job of a server that was killed', async () => {
    await enqueue()
    await sql`
      update graphile_worker._private_jobs
      set locked_by = 'pool-of-a-killed-server', locked_at = now() - interval '1 minute', attempts = 1`.execute(
      database.db,
    )
    await sql`
      update graphile_worker._private_job_queues
      set locked_by = 'pool-of-a-killed-server', locked_at = now() - interval '1 minute'`.execute(database.db)
    let runs = 0
    await start(async () => void (runs += 1))
    await expect.poll(() => runs).toBe(1)
  })

  it('leaves a long job to the server that runs it, also beside another server', { timeout: 40_000 }, async () => {
    let runs = 0
    const long: Job = async () => {
      runs += 1
      await sleep(12_000)
    }
    await start(long)
    await enqueue()
    await expect.poll(() => runs).toBe(1)
    await start(long)
    await sleep(11_500)
    expect(runs).toBe(1)
  })

  it('tells a running job that the server ends, and gives it back to the queue', async () => {
    await start(async (_, shutdown) => {
      // The job is seen in the database before it runs here.
      if (!shutdown.aborted) await new Promise((resolve) => shutdown.addEventListener('abort', resolve))
      throw new Error('cut short')
    })
    await enqueue()
    const read = () =>
      sql<{ locked_by: string | null }>`select locked_by from graphile_worker.jobs`.execute(database.db)
    await expect.poll(async () => (await read()).rows[0]?.locked_by).toBeTruthy()
    await runners.pop()?.stop()
    await expect.poll(async () => (await read()).rows).toEqual([{ locked_by: null }])
  })
})

describe('the event log', () => {
  const server = useTestApp()

  it('keeps a day', async () => {
    const { db } = server().database
    const user = await createUser(server())
    const append = () =>
      appendEvents([{ type: 'status', environmentId: job.environmentId, environment: null }], user.id, db)
    await append()
    await sql`update events set created_at = now() - interval '25 hours'`.execute(db)
    await append()
    await deleteOldEvents(db)
    const left = await readEventsAfter(0, { userId: user.id, environmentId: null }, db)
    expect(left).toHaveLength(1)
  })
})
