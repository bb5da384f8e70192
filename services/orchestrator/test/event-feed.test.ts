/** Events reach those who listen, also when one of them cannot be read at once or not at all. */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEventFeed, type EventFeed } from '../src/lib/event-feed.ts'
import { appendEvents } from '../src/lib/event-log.ts'
import { createEnvironmentRow, createUser } from './harness/builders.ts'
import { useTestApp } from './harness/test-app.ts'

const server = useTestApp()
const heard: string[] = []
let feed: EventFeed
let userId: string
beforeAll(async () => {
  const { db, url: databaseUrl } = server().database
  userId = (await createUser(server())).id
  feed = createEventFeed({ databaseUrl, db, log: pino({ level: 'silent' }) })
  feed.subscribe(({ event }) => void heard.push(event.environmentId))
  await feed.open()
})
afterAll(() => feed.close())
beforeEach(() => void heard.splice(0))

/** Answers the environment that it tells of. */
async function tell(): Promise<string> {
  const environmentId = await createEnvironmentRow(server(), userId)
  await appendEvents([{ type: 'status', environmentId, environment: null }], userId, server().database.db)
  return environmentId
}

it('are told once they can be read, in the order in which they happened', async () => {
  const { db } = server().database
  await sql`alter table events rename to events_away`.execute(db)
  const environmentId = await createEnvironmentRow(server(), userId)
  await sql`
    with added as (
      insert into events_away (user_id, environment_id, type, data)
      values (${userId}, ${environmentId}, 'status', '{"environment": null}') returning id
    )
    select pg_notify('craftastic_events', id::text) from added`.execute(db)
  await sleep(200)
  expect(heard).toEqual([])
  await sql`alter table events_away rename to events`.execute(db)
  const second = await tell()
  await expect.poll(() => heard).toEqual([environmentId, second])
})

it('are told although one among them makes no sense here', async () => {
  const { db } = server().database
  const [first, second] = await db.transaction().execute(async (trx) => {
    const ids = [await createEnvironmentRow(server(), userId), await createEnvironmentRow(server(), userId)]
    const status = (environmentId = '') => [{ type: 'status', environmentId, environment: null } as const]
    await appendEvents(status(ids[0]), userId, trx)
    await sql`
      with added as (
        insert into events (user_id, environment_id, type, data)
        values (${userId}, ${ids[0]}, 'of tomorrow', '{}') returning id
      )
      select pg_notify('craftastic_events', id::text) from added`.execute(trx)
    await appendEvents(status(ids[1]), userId, trx)
    return ids
  })
  await expect.poll(() => heard).toEqual([first, second])
})
