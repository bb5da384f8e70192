/** Two servers on one database and one engine, as behind a load balancer: each piece of work is done once. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { newInstanceId } from '@craftastic/testing/engine-environment'
import { listLeftovers, removeLeftovers } from '@craftastic/testing/engine-leftovers'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { docker } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts'
import {
  beginCreate,
  listEnvironments,
  listOperations,
  readEnvironment,
  untilStatus,
  wish,
} from './environment-life.ts'
import { freezeServer, startFaultServer, thawServer, type FaultServer } from './fault-server.ts'
import { checkInvariant } from './invariant.ts'

const stallMs = 40_000

describeOnEngine('two servers', () => {
  const instanceId = newInstanceId()
  let database: TestDatabase
  let first: FaultServer
  let second: FaultServer

  beforeAll(async () => {
    database = await createTestDatabase({ empty: true })
    const shared = {
      DATABASE_URL: database.url,
      INSTANCE_ID: instanceId,
      JWT_SECRET: randomBytes(48).toString('base64url'),
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    }
    ;[first, second] = await Promise.all([startFaultServer(shared), startFaultServer(shared)])
  })
  afterAll(async () => {
    // A test that failed may have left them halted.
    for (const server of [first, second]) thawServer(server)
    await Promise.all([first, second].map((server) => server.process.remove()))
    await database.drop()
    const leftovers = await listLeftovers(instanceId)
    await removeLeftovers(instanceId)
    if (leftovers.length > 0) throw new Error(`left behind: ${leftovers.join(', ')}`)
  })

  const check = async () => {
    for (const { api } of [first, second]) await checkInvariant({ api, instanceId })
  }
  const deleteAll = async () => {
    const environments = await listEnvironments(first.api)
    await Promise.all(environments.map(({ id }) => first.api.deleteEnvironment(id)))
    await check()
  }
  /** Each wish and each run of its work begins a new one. */
  const readGenerations = async () => {
    const rows = await database.db.selectFrom('environments').select(['id', 'generation']).execute()
    return new Map(rows.map(({ id, generation }) => [id, generation]))
  }
  /** Verbs of a person that wait for the row of their environment, which another one holds. */
  const countWaiting = async () => {
    const { rows } = await sql<{ waiting: number }>`
      select count(*)::integer as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%"user_id" = % for update'`.execute(
      database.db,
    )
    return rows[0]?.waiting
  }
  const readContainerIds = () =>
    docker('ps', '--all', '--quiet', '--no-trunc', '--filter', `label=craftastic.instance=${instanceId}`)

  it('that start at once on an empty database migrate it once and have the same users', async () => {
    const migrated = [first, second].filter(({ process: { output } }) => output.includes('database migrated'))
    expect(migrated).toHaveLength(1)
    expect(first.api.userId).toBe(second.api.userId)
    const { rows } = await sql<{ users: number }>`select count(*)::integer as users from users`.execute(database.db)
    expect(rows).toEqual([{ users: 1 }])
  })

  it('share twenty creates, and each is done once', async () => {
    const created = await Promise.all(
      Array.from({ length: 20 }, (_, index) => beginCreate((index % 2 === 0 ? first : second).api, `shared ${index}`)),
    )
    await check()
    const generations = await readGenerations()
    for (const { id, name } of created) {
      const environment = await readEnvironment(second.api, id)
      expect(environment, name).toMatchObject({ status: 'running', statusReason: null })
      const operations = await listOperations(first.api, id)
      expect(operations, name).toMatchObject([{ kind: 'create', state: 'succeeded' }])
      // The row begins with one; the only run of its work adds one.
      expect(generations.get(id), name).toBe(2)
    }
    await deleteAll()
  })

  it('are not held up by one that hangs while it holds a row', async () => {
    const { id } = await beginCreate(first.api, 'held')
    await untilStatus(first.api, id, 'running', stallMs)
    // The stop waits for the row, its server is halted, and then it is given the row.
    const locked = Promise.withResolvers<null>()
    const released = Promise.withResolvers<null>()
    const held = database.db.transaction().execute(async (trx) => {
      await trx.selectFrom('environments').select('id').where('id', '=', id).forUpdate().execute()
      locked.resolve(null)
      await released.promise
    })
    await locked.promise
    const refused = second.api.request('POST', `/api/environments/${id}/stop`)
    await expect.poll(countWaiting).toBe(1)
    freezeServer(second)
    released.resolve(null)
    await held

    await wish(first.api, id, 'stop')
    await untilStatus(first.api, id, 'stopped', stallMs)
    thawServer(second)
    expect(await refused).toMatchObject({ status: 503 })
    await deleteAll()
  })

  it('take over from each other when one hangs, and what it writes afterwards changes nothing', async () => {
    // While the other one is halted, all work is begun by the one that will hang.
    freezeServer(first)
    const names = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `stalled ${name}`)
    const created = await Promise.all(names.map((name) => beginCreate(second.api, name)))
    await expect
      .poll(async () => {
        const environments = await listEnvironments(second.api)
        return environments.filter(({ operation }) => operation?.state === 'running').length
      })
      .toBeGreaterThanOrEqual(3)
    freezeServer(second)
    thawServer(first)
    const stalledAt = performance.now()
    const begun = await readGenerations()

    for (const { id } of created) await untilStatus(first.api, id, 'running', stallMs)
    const takenOver = await readGenerations()
    expect(created.some(({ id }) => (takenOver.get(id) ?? 0) > (begun.get(id) ?? 0))).toBe(true)
    await sleep(Math.max(0, stallMs - (performance.now() - stalledAt)))
    const before = { environments: await listEnvironments(first.api), containers: await readContainerIds() }
    thawServer(second)
    // Whatever the stalled one still had in hand is over by then.
    await sleep(5_000)

    expect(await listEnvironments(second.api)).toEqual(before.environments)
    expect(await listEnvironments(first.api)).toEqual(before.environments)
    expect(await readContainerIds()).toBe(before.containers)
    for (const { id } of created) expect(await listOperations(first.api, id)).toHaveLength(1)
    await check()
    await deleteAll()
  })
})
