/** Data of the previous generation becomes this one's, and the old table comes back as it was. */
import { Environment, EnvironmentName, Session, SessionName, User } from '@craftastic/contract'
import { sql } from 'kysely'
import { afterEach, describe, expect, it } from 'vitest'
import { listMigrationNames, migrateToLatest, rollBack } from '../src/lib/migrator.ts'
import { presentEnvironment, presentSession } from '../src/lib/present.ts'
import { presentUser } from '../src/lib/user-service.ts'
import {
  createLegacyDatabase,
  dumpLegacyTable,
  legacyRow,
  manyLegacyRows,
  newContainerId,
  type LegacyRow,
} from './harness/legacy-database.ts'
import type { TestDatabase } from './harness/test-database.ts'

const open: TestDatabase[] = []
afterEach(async () => {
  for (const database of open.splice(0)) await database.drop()
})

async function createLegacy(rows: readonly LegacyRow[]): Promise<TestDatabase> {
  const database = await createLegacyDatabase(rows)
  open.push(database)
  return database
}

/** All there is now, as the API would answer it: what it could not answer fails here. */
async function readAll({ db }: TestDatabase) {
  const users = await db.selectFrom('users').selectAll().execute()
  const environments = await db.selectFrom('environments').selectAll().orderBy('created_at').execute()
  const sessions = await db.selectFrom('sessions').selectAll().orderBy('created_at').orderBy('id').execute()
  return {
    users: users.map((row) => User.parse(presentUser(row))),
    environments: environments.map((row) => Environment.parse(presentEnvironment(row))),
    sessions: sessions.map((row) => Session.parse(presentSession(row))),
  }
}

async function migrate(rows: readonly LegacyRow[]) {
  const database = await createLegacy(rows)
  await migrateToLatest(database.db)
  return readAll(database)
}

const pairOf = ({ userId, containerId }: LegacyRow) => JSON.stringify([userId, containerId])

describe('a database of 1,000 rows', () => {
  it('goes up, comes back as it was, row by row, and goes up again', async () => {
    const rows = manyLegacyRows()
    const database = await createLegacy(rows)
    const before = await dumpLegacyTable(database)
    expect(before.filter((line) => line.startsWith('row '))).toHaveLength(1000)

    expect((await migrateToLatest(database.db)).map(({ name }) => name)).toEqual(await listMigrationNames())
    const first = await readAll(database)
    expect(first.sessions).toHaveLength(1000)
    expect(first.environments).toHaveLength(new Set(rows.map(pairOf)).size)
    expect(first.users).toHaveLength(new Set(rows.map(({ userId }) => userId)).size)
    expect(new Set(first.sessions.map(({ id }) => id))).toEqual(new Set(rows.map(({ id }) => id)))

    // What came later goes with the rest.
    await sql`insert into environments (user_id, name) select id, 'of this generation' from users limit 1`.execute(
      database.db,
    )
    await rollBack(database.db, { all: true })
    expect(await dumpLegacyTable(database)).toEqual(before)
    const { rows: left } = await database.pool.query<{ name: string }>(
      `select format('%s.%s', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema') order by 1`,
    )
    expect(left.map(({ name }) => name)).toEqual([
      'public.kysely_migration',
      'public.kysely_migration_lock',
      'public.sessions',
    ])
    // The old program goes on with it.
    await database.pool.query(`insert into sessions (user_id, container_id) values ('anonymous', 'c')`)

    await migrateToLatest(database.db)
    const second = await readAll(database)
    expect(second.sessions).toHaveLength(1001)
    expect(second.environments.map(({ name }) => name)).toEqual(
      expect.arrayContaining(first.environments.map(({ name }) => name)),
    )
  })

  it('comes back migration by migration as well', async () => {
    const database = await createLegacy(manyLegacyRows())
    const before = await dumpLegacyTable(database)
    await migrateToLatest(database.db)
    for (const _ of await listMigrationNames()) await rollBack(database.db, { all: false })
    expect(await dumpLegacyTable(database)).toEqual(before)
  })

  it('ends with the same schema as a new database, names of indexes included', async () => {
    const schemaOf = async (database: TestDatabase) =>
      (
        await database.pool.query<{ line: string }>(
          `select indexdef as line from pg_indexes where schemaname = 'public'
           union all select format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
           where connamespace = 'public'::regnamespace order by 1`,
        )
      ).rows.map(({ line }) => line)
    const [legacy, fresh] = [await createLegacy([legacyRow()]), await createLegacy([])]
    await fresh.pool.query('drop table sessions')
    for (const { db } of [legacy, fresh]) await migrateToLatest(db)
    expect(await schemaOf(legacy)).toEqual(await schemaOf(fresh))
  })
})

describe('what becomes of a row', () => {
  it('is a session in the environment of its user and container, at the same moments, in UTC', async () => {
    const row = legacyRow()
    const { users, environments, sessions } = await migrate([row])
    expect(environments).toMatchObject([
      {
        userId: row.userId,
        name: `Legacy Environment ${row.containerId?.slice(0, 8)}`,
        containerId: row.containerId,
        repositoryUrl: null,
        status: 'running',
        desiredState: 'stopped',
        statusReason: expect.stringContaining('its files were not moved') as string,
      },
    ])
    expect(sessions).toMatchObject([
      {
        id: row.id,
        environmentId: environments[0]?.id,
        name: 'Legacy Session',
        tmuxSessionName: `session-${row.id.slice(0, 8)}`,
        workingDirectory: '/workspace',
        status: 'active',
        createdAt: '2024-03-31T02:30:00.123Z',
        updatedAt: '2024-04-01T00:00:00.000Z',
      },
    ])
    expect(users).toMatchObject([{ id: row.userId, role: 'member', disabled: true, name: `Legacy user ${row.userId}` }])
    expect(users[0]?.email).toMatch(/@placeholder\.invalid$/)
  })

  it('makes one environment of all rows of a container, which runs when one of them was active', async () => {
    const shared = { userId: 'anonymous', containerId: newContainerId() }
    const { users, environments, sessions } = await migrate([
      legacyRow({ ...shared, status: 'inactive', createdAt: '2024-01-01' }),
      legacyRow({ ...shared, status: 'active', createdAt: '2024-01-02' }),
      legacyRow({ ...shared, status: 'what?', createdAt: '2024-01-03' }),
      legacyRow({ userId: 'anonymous', status: 'inactive', createdAt: '2024-01-04' }),
    ])
    expect(environments.map(({ status }) => status)).toEqual(['running', 'stopped'])
    expect(sessions.map(({ name, status }) => [name, status])).toEqual([
      ['Legacy Session', 'inactive'],
      ['Legacy Session 2', 'active'],
      ['Legacy Session 3', 'dead'],
      ['Legacy Session', 'inactive'],
    ])
    expect(users.map(({ name }) => name)).toEqual(['Legacy user anonymous'])
  })

  it.each<[string, Partial<LegacyRow>, string]>([
    ['no container', { containerId: null }, 'Legacy Environment without container'],
    ['an empty container', { containerId: '' }, 'Legacy Environment without container'],
    ['a short container', { containerId: 'ab' }, 'Legacy Environment ab'],
    ['a container that is no id', { containerId: 'my-/\n\u0007box' }, 'Legacy Environment my-bo'],
    ['a long container', { containerId: 'x'.repeat(255) }, 'Legacy Environment xxxxxxxx'],
    ['no user', { userId: null, containerId: 'abcdefgh12' }, 'Legacy Environment abcdefgh'],
    ['odd bytes for a user', { userId: '\u0001\u{1f600}\u0085\\', containerId: 'a' }, 'Legacy Environment a'],
    ['a long user', { userId: '\u{1f600}'.repeat(255), containerId: 'a' }, 'Legacy Environment a'],
    ['no moments', { createdAt: null, updatedAt: null, containerId: 'a' }, 'Legacy Environment a'],
    [
      'moments that are none',
      { createdAt: '-infinity', updatedAt: '4713-01-01 BC', containerId: 'a' },
      'Legacy Environment a',
    ],
    [
      'an id that is no RFC 9562 UUID',
      { id: '11111111-1111-1111-1111-111111111111', containerId: 'a' },
      'Legacy Environment a',
    ],
    [
      'a user with such an id',
      { userId: '11111111-1111-1111-1111-111111111111', containerId: 'a' },
      'Legacy Environment a',
    ],
  ])('can be answered with %s', async (_, given, name) => {
    const { environments, sessions, users } = await migrate([legacyRow(given)])
    expect(environments.map((environment) => environment.name)).toEqual([name])
    expect(EnvironmentName.parse(name)).toBe(name)
    expect(sessions).toHaveLength(1)
    expect(users).toHaveLength(1)
  })

  it('keeps names apart: of containers that begin alike, and of ids that do', async () => {
    const start = 'abcdef01'
    const ids = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
    const shared = { userId: 'u', containerId: `${start}-first`, createdAt: '2024-01-01' }
    const { environments, sessions } = await migrate([
      ...ids.map((id) => legacyRow({ ...shared, id })),
      legacyRow({ userId: 'u', containerId: `${start}-second`, createdAt: '2024-01-02' }),
      legacyRow({ userId: 'v', containerId: `${start}-first`, createdAt: '2024-01-03' }),
      legacyRow({ userId: 'u', containerId: null, createdAt: '2024-01-04' }),
      legacyRow({ userId: 'u', containerId: '', createdAt: '2024-01-05' }),
    ])
    expect(environments.map(({ name }) => name)).toEqual([
      `Legacy Environment ${start}`,
      `Legacy Environment ${start} 2`,
      `Legacy Environment ${start}`,
      'Legacy Environment without container',
      'Legacy Environment without container 2',
    ])
    const first = sessions.filter(({ environmentId }) => environmentId === environments[0]?.id)
    expect(first.map(({ tmuxSessionName }) => tmuxSessionName)).toEqual([
      'session-00000000',
      'session-00000000-2',
      'session-00000000-3',
    ])
    for (const { name } of sessions) expect(SessionName.parse(name)).toBe(name)
  })

  it('is one user for one id, however it was written', async () => {
    const userId = 'ABCDEF01-0000-4000-8000-00000000000A'
    const { users, environments } = await migrate([
      legacyRow({ userId, containerId: 'same' }),
      legacyRow({ userId: userId.toLowerCase(), containerId: 'same' }),
    ])
    expect(users.map(({ id }) => id)).toEqual([userId.toLowerCase()])
    expect(environments.map(({ name }) => name).sort()).toEqual([
      'Legacy Environment same',
      'Legacy Environment same 2',
    ])
  })

  it('stays ended when more came with a container than could be brought back at once', async () => {
    const shared = { userId: 'u', containerId: 'c' }
    const { sessions } = await migrate(Array.from({ length: 130 }, () => legacyRow(shared)))
    expect(sessions.filter(({ status }) => status === 'dead')).toHaveLength(30)
  })
})

describe('a database that is none of the previous generation', () => {
  it('takes the migration up later, which then does nothing', async () => {
    const { db, pool } = await createLegacy([])
    await pool.query('drop table sessions')
    await migrateToLatest(db)
    await sql`insert into users (email, name, role) values ('a@example.org', 'A', 'admin')`.execute(db)
    await sql`insert into environments (user_id, name) select id, 'one' from users`.execute(db)
    await sql`delete from kysely_migration where name = '002_migrate_legacy_data'`.execute(db)
    expect((await migrateToLatest(db)).map(({ name }) => name)).toEqual(['002_migrate_legacy_data'])
    expect((await rollBack(db, { all: false })).map(({ name }) => name)).toEqual(['002_migrate_legacy_data'])
    await migrateToLatest(db)
    expect(await db.selectFrom('environments').select('name').execute()).toEqual([{ name: 'one' }])
    expect((await rollBack(db, { all: true })).length).toBe((await listMigrationNames()).length)
  })

  it('keeps a table of somebody else that has the same name', async () => {
    const { db, pool } = await createLegacy([])
    await pool.query('drop table sessions')
    await pool.query('create table sessions (sid text primary key, sess json)')
    await expect(migrateToLatest(db)).rejects.toThrow('relation "sessions" already exists')
    expect((await pool.query('select * from sessions')).rows).toEqual([])
  })
})
