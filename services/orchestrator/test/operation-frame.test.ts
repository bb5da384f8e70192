/** The frame around every operation, with work of a test's own in it, on a real database. */
import { pino } from 'pino'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createOperationJob, type OperationFrame, type OperationWork } from '../src/jobs/run-operation.ts'
import { beginOperation } from '../src/lib/begin-operation.ts'
import { lockEnvironment } from '../src/lib/environment-state.ts'
import { createEventFeed, type EventFeed } from '../src/lib/event-feed.ts'
import { RuntimeUnavailable } from '../src/services/runtime.ts'
import { createEnvironmentRow, createUser } from './harness/builders.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
const log = pino({ level: 'silent' })
let feed: EventFeed
beforeAll(async () => {
  const { db, url: databaseUrl } = server().database
  feed = createEventFeed({ databaseUrl, db, log })
  await feed.open()
})
afterAll(() => feed.close())

/** A start that waits for its job. */
async function beginStart() {
  const { db } = server().database
  const environmentId = await createEnvironmentRow(server(), (await createUser(server())).id)
  const { operation } = await db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(environmentId, trx)
    if (row === null) throw new Error('the environment is gone')
    return beginOperation(row, { kind: 'start', requestedBy: null }, trx)
  })
  return { environmentId, operationId: operation.id }
}

function buildJob(work: Partial<OperationWork>, frame: Partial<OperationFrame> = {}) {
  const whole: OperationWork = { run: async () => null, cleanUp: async () => {}, ...work }
  return createOperationJob({ db: server().database.db, feed, ping: async () => {}, log, ...frame }, whole)
}

const read = (id: string) =>
  server().database.db.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirstOrThrow()

it('puts work that the end of the server cuts short back in line, where nobody takes it for late', async () => {
  const job = await beginStart()
  const shutdown = new AbortController()
  const perform = buildJob({
    run: async ({ step }) => {
      await step('network', async () => {
        shutdown.abort()
        throw new RuntimeUnavailable('the container engine does not answer', { hasAnswered: false })
      })
      return null
    },
  })
  await expect(perform(job, shutdown.signal)).rejects.toThrow()
  const { state, deadline_at: deadlineAt, steps } = await read(job.operationId)
  expect({ state, deadlineAt }).toEqual({ state: 'queued', deadlineAt: null })
  expect(steps).toMatchObject([{ name: 'network', state: 'pending' }, {}, {}, {}, {}])
})

it.each([
  ['cancelled', ['cancelled']],
  // Another server did the work, and counts it.
  ['succeeded', []],
] as const)('counts an operation that was %s meanwhile where it was settled', async (state, counted) => {
  const job = await beginStart()
  const outcomes: string[] = []
  const perform = buildJob(
    {
      run: async () => {
        const operations = server().database.db.updateTable('operations').where('id', '=', job.operationId)
        await operations.set({ state }).execute()
        return { status: 'running', reason: null }
      },
    },
    { onSettled: (_kind, outcome) => outcomes.push(outcome) },
  )
  await perform(job, new AbortController().signal)
  expect(outcomes).toEqual(counted)
})
