/** What the reconciler makes of rows, on a real database; the engine has nothing, and says so. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { createMendEnvironment, type MendingRuntime } from '../src/jobs/mend-environment.ts'
import { createReconciler } from '../src/jobs/reconcile.ts'
import { lockEnvironment } from '../src/lib/environment-state.ts'
import { createEnvironmentRow, createUser } from './harness/builders.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()

const engine: MendingRuntime = {
  findContainer: async () => null,
  findImage: async () => ({ imageId: 'i1', variables: [] }),
  hasVolume: async () => true,
  stopContainer: async () => {},
  removeNetwork: async () => {},
  ensureNetwork: async () => {},
}

function mendOn(runtime: Partial<MendingRuntime>) {
  const { db } = server().database
  return createMendEnvironment({ db, runtime: { ...engine, ...runtime }, ranOutOfMemory: () => false })
}

async function reconcile(runtime: Partial<MendingRuntime> = {}): Promise<void> {
  const { db } = server().database
  const lists = { listResources: async () => [], removeResource: async () => {} }
  const log = pino({ level: 'silent' })
  await createReconciler({ db, runtime: lists, mend: mendOn(runtime), onRepair: () => {}, log })()
}

/** One that is meant to run and does not, because it could not be brought back: some minutes ago, each time. */
async function createUnrecovered(minutesAgo: number[]): Promise<string> {
  const { db } = server().database
  const id = await createEnvironmentRow(server(), (await createUser(server())).id)
  const values = { status: 'error', desired_state: 'running', status_reason: 'The image could not be read.' }
  const at = (minutes: number) => sql<Date>`now() - make_interval(mins => ${minutes})`
  await db
    .updateTable('environments')
    .set({ ...values, workspace_ready_at: at(60), updated_at: at(1) })
    .where('id', '=', id)
    .execute()
  for (const minutes of minutesAgo) {
    const operation = { environment_id: id, kind: 'recover', state: 'failed', created_at: at(minutes) }
    await db.insertInto('operations').values(operation).execute()
  }
  return id
}

const readStatus = async (id: string) => {
  const query = server().database.db.selectFrom('environments').select(['status', 'status_reason']).where('id', '=', id)
  return query.executeTakeFirstOrThrow()
}

it('brings back once more what could not be brought back', async () => {
  const id = await createUnrecovered([1])
  await reconcile()
  const reason = 'It ended unexpectedly and could not be brought back at first.'
  expect(await readStatus(id)).toEqual({ status: 'starting', status_reason: reason })
  const query = server().database.db.selectFrom('operations').select(['kind', 'state']).where('environment_id', '=', id)
  expect(await query.orderBy('created_at', 'desc').execute()).toEqual([
    { kind: 'recover', state: 'queued' },
    { kind: 'recover', state: 'failed' },
  ])
})

it('leaves to people what failed three times in ten minutes, also later', async () => {
  const [often, longAgo, seldom] = [
    await createUnrecovered([1, 2, 9]),
    await createUnrecovered([21, 23, 29]),
    await createUnrecovered([1, 12, 29]),
  ]
  await reconcile()
  const statuses = await Promise.all([often, longAgo, seldom].map(async (id) => (await readStatus(id)).status))
  expect(statuses).toEqual(['error', 'error', 'starting'])
})

it('waits for the image and the workspace without which it would fail again', async () => {
  const id = await createUnrecovered([1])
  await reconcile({ findImage: async () => null })
  expect(await readStatus(id)).toMatchObject({ status: 'error' })
  await reconcile({ hasVolume: async () => false })
  expect(await readStatus(id)).toMatchObject({ status: 'error' })
  await reconcile()
  expect(await readStatus(id)).toMatchObject({ status: 'starting' })
})

it('tidies up before anybody can wish for something else', async () => {
  const { db } = server().database
  const id = await createUnrecovered([])
  const { generation } = await db
    .selectFrom('environments')
    .select('generation')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  const seen: string[] = []
  let tidying = () => {}
  const isTidying = new Promise<void>((resolve) => (tidying = resolve))
  const mend = mendOn({
    stopContainer: async () => {
      tidying()
      await sleep(500)
      seen.push('stopped')
    },
    removeNetwork: async () => void seen.push('network removed'),
  })
  const mended = mend({ environmentId: id, generation, repair: 'tidy' })
  await isTidying
  await db.transaction().execute((trx) => lockEnvironment(id, trx))
  seen.push('wished')
  expect(await mended).toBe(true)
  expect(seen).toEqual(['stopped', 'network removed', 'wished'])
})
