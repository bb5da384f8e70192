import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseNewerError, listMigrationNames, migrateToLatest, rollBack } from '../src/lib/migrator.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ empty: true })
})
afterEach(() => database.drop())

/** Everything that migrations make, as text: columns with type and default, constraints, indexes. */
async function readSchema(): Promise<string[]> {
  const { rows } = await sql<{ line: string }>`
    select format('column %s.%s %s null=%s default=%s', table_name, column_name, data_type, is_nullable, column_default) as line
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'
    union all
    select format('constraint %s %s', conrelid::regclass, pg_get_constraintdef(oid)) from pg_constraint
    where connamespace = 'public'::regnamespace and conrelid::regclass::text not like 'kysely%'
    union all
    select indexdef from pg_indexes where schemaname = 'public' and tablename not like 'kysely%'
    order by 1`.execute(database.db)
  return rows.map((row) => row.line)
}

async function insertEnvironment(userId: string, name: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into environments (user_id, name) values (${userId}, ${name}) returning id`.execute(database.db)
  return rows[0]?.id ?? ''
}

describe('the ladder', () => {
  it('goes up, down and up again with rows in it, and ends the same', async () => {
    const names = await listMigrationNames()
    const { db } = database
    expect((await migrateToLatest(db)).map((step) => step.name)).toEqual(names)
    const schema = await readSchema()
    expect(schema.length).toBeGreaterThan(60)

    const userId = randomUUID()
    await sql`insert into users (id, email, name, role) values (${userId}, 'a@example.org', 'A', 'admin')`.execute(db)
    const environmentId = await insertEnvironment(userId, 'one')
    await sql`insert into sessions (environment_id, tmux_session_name) values (${environmentId}, 's1')`.execute(db)
    await sql`insert into deployments (environment_id, app_id, status) values (${environmentId}, 'app', 'queued')`.execute(
      db,
    )
    await sql`insert into operations (environment_id, kind, state) values (${environmentId}, 'create', 'queued')`.execute(
      db,
    )

    const down = await rollBack(db, { all: false })
    expect(down).toEqual([{ name: names.at(-1), direction: 'down' }])
    const kept = await sql`select name, branch, status from environments`.execute(db)
    expect(kept.rows).toEqual([{ name: 'one', branch: 'main', status: 'starting' }])
    expect((await sql`select * from sessions`.execute(db)).rows).toHaveLength(1)

    expect((await migrateToLatest(db)).map((step) => step.name)).toEqual([names.at(-1)])
    expect(await readSchema()).toEqual(schema)
    expect(await db.selectFrom('environments').select(['id', 'user_id']).execute()).toEqual([
      { id: environmentId, user_id: userId },
    ])

    await rollBack(db, { all: true })
    expect(await readSchema()).toEqual([])
    expect(await rollBack(db, { all: true })).toEqual([])
    await migrateToLatest(db)
    expect(await readSchema()).toEqual(schema)
    expect(await migrateToLatest(db)).toEqual([])
  })

  it('gives environments of unknown owners a disabled stand-in each', async () => {
    const { db } = database
    await migrateToLatest(db)
    for (const _ of (await listMigrationNames()).slice(1)) await rollBack(db, { all: false })
    const [one, other] = [randomUUID(), randomUUID()]
    await insertEnvironment(one, 'a')
    await insertEnvironment(one, 'b')
    await insertEnvironment(other, 'c')
    await migrateToLatest(db)
    const users = await db.selectFrom('users').selectAll().execute()
    expect(users.map((user) => user.id).sort()).toEqual([one, other].sort())
    for (const user of users) {
      expect(user).toMatchObject({ role: 'member', password_hash: null })
      expect(user.disabled_at).toBeInstanceOf(Date)
    }
    expect(await db.selectFrom('environments').selectAll().execute()).toHaveLength(3)
  })

  it('is walked once when two servers start at once', async () => {
    const [one, other] = await Promise.all([migrateToLatest(database.db), migrateToLatest(database.db)])
    expect([...one, ...other]).toHaveLength((await listMigrationNames()).length)
  })
})

describe('a database that is newer than the code', () => {
  it('is refused in words, up and down, and left as it is', async () => {
    const { db } = database
    await migrateToLatest(db)
    await sql`insert into kysely_migration (name, timestamp) values ('999_from_the_future', '2999')`.execute(db)
    await expect(migrateToLatest(db)).rejects.toThrow(DatabaseNewerError)
    await expect(migrateToLatest(db)).rejects.toThrow('999_from_the_future')
    await expect(rollBack(db, { all: true })).rejects.toThrow(DatabaseNewerError)
    expect(await readSchema()).not.toEqual([])
  })
})

describe('the schema', () => {
  beforeEach(async () => {
    await migrateToLatest(database.db)
  })

  it('removes what belongs to an environment with it, and keeps its events', async () => {
    const { db } = database
    const userId = randomUUID()
    await sql`insert into users (id, email, name, role) values (${userId}, 'a@example.org', 'A', 'admin')`.execute(db)
    const id = await insertEnvironment(userId, 'one')
    await sql`insert into sessions (environment_id, tmux_session_name) values (${id}, 's1')`.execute(db)
    await sql`insert into deployments (environment_id, app_id, status) values (${id}, 'app', 'queued')`.execute(db)
    await sql`insert into environment_keys values (${id}, 'a', 'b', 'c', 'd')`.execute(db)
    await sql`
      with operation as (
        insert into operations (environment_id, kind, state, requested_by) values (${id}, 'create', 'queued', ${userId}) returning id
      ) insert into operation_lines (operation_id, line) select id, 'hello' from operation`.execute(db)
    await sql`insert into events (user_id, environment_id, type, data) values (${userId}, ${id}, 'status', '{}')`.execute(
      db,
    )
    await sql`delete from environments where id = ${id}`.execute(db)
    const counts = await sql<Record<string, number>>`
      select (select count(*) from sessions) as sessions, (select count(*) from deployments) as deployments,
        (select count(*) from environment_keys) as keys, (select count(*) from operations) as operations,
        (select count(*) from operation_lines) as lines, (select count(*) from events) as events`.execute(db)
    expect(counts.rows[0]).toEqual({ sessions: 0, deployments: 0, keys: 0, operations: 0, lines: 0, events: 1 })
  })

  it('has an index on every foreign key', async () => {
    const { rows } = await sql<{ fk: string }>`
      select conname as fk from pg_constraint c
      where contype = 'f' and connamespace = 'public'::regnamespace and not exists (
        select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1]
      )`.execute(database.db)
    expect(rows).toEqual([])
  })

  it.each([
    [`insert into users (email, name, role) values ('Upper@example.org', 'A', 'admin')`],
    [`insert into users (email, name, role) values ('a@example.org', 'A', 'root')`],
    [`insert into environments (user_id, name) values (gen_random_uuid(), 'nobody owns me')`],
  ])('refuses %s', async (statement) => {
    await expect(sql.raw(statement).execute(database.db)).rejects.toThrow(/violates/)
  })

  it('reads bigint as a number, and refuses one that does not fit', async () => {
    const { rows } = await sql<{ value: number }>`select 9007199254740991::bigint as value`.execute(database.db)
    expect(rows[0]?.value).toBe(Number.MAX_SAFE_INTEGER)
    await expect(sql`select 9007199254740992::bigint as value`.execute(database.db)).rejects.toThrow('does not fit')
  })
})
