/** What a backup carries of the database, and when a restore refuses. Workspaces: test/engine/backup.test.ts. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listTables } from '../src/lib/database-tables.ts'
import type { Database } from '../src/lib/database.ts'
import { listAppliedMigrations, listMigrationNames, rollBack } from '../src/lib/migrator.ts'
import { runProcess } from './harness/run-process.ts'
import { createTestDatabase, type TestDatabase } from './harness/test-database.ts'

const encryptionKey = Buffer.alloc(32, 7).toString('base64')
const passphrase = 'a passphrase of some length'

/** Each test starts programs, one after the other. */
const slow = { timeout: 120_000 }

let directory: string
let source: TestDatabase
let file: string
let count = 0
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'craftastic-backup-'))
  source = await createTestDatabase()
  await fill(source.db)
  file = join(directory, 'one.backup')
  const made = await run('backup', { DATABASE_URL: source.url }, '--workspaces=none', '--with-keys', file)
  expect(made).toMatchObject({ code: 0, stderr: '' })
}, 120_000)
afterAll(async () => {
  await source.drop()
  rmSync(directory, { recursive: true, force: true })
})

/** The old installation has its keys in the environment. */
const installed = {
  ENCRYPTION_KEY: encryptionKey,
  JWT_SECRET: 'b7Qw-93kdf82hjkLmnBvcXz-plOkijuhyGtf',
  INSTANCE_ID: 'backup-test',
  BACKUP_PASSPHRASE: passphrase,
}

async function run(name: 'backup' | 'restore', env: Record<string, string>, ...args: string[]) {
  const own = name === 'backup' ? installed : {}
  const script = runProcess(`scripts/${name}.ts`, { DATA_DIR: newDataDir(), ...own, ...env }, args)
  return { code: await script.ended, stdout: script.stdout, stderr: script.stderr }
}

const newDataDir = () => join(directory, `data-${(count += 1)}`)

/** Values that are lost when one counts, dates or quotes on the way. */
async function fill(db: Database): Promise<void> {
  await sql`
    insert into users (id, email, name, role, created_at)
    select gen_random_uuid(), 'user' || n || '@example.org', E'O''Neil "\\\\" \t\n ✓ ' || n, 'member',
      '2024-02-29 23:59:59.123456+05:30'::timestamptz + n * interval '1 microsecond'
    from generate_series(1, 1234) n`.execute(db)
  await sql`
    insert into idempotency_keys (user_id, key, fingerprint, answer)
    select id, 'key', '', 'null'::jsonb from users limit 1`.execute(db)
  await sql`
    insert into idempotency_keys (user_id, key, fingerprint, answer)
    select id, 'other', '', '{"n": 12345678901234567890.5, "t": "\\u2028 line"}' from users limit 1`.execute(db)
  await sql`
    insert into environments (user_id, name, status, cpu_limit, workspace_ready_at)
    select id, 'kept', 'stopped', 0.1::float8 + 0.2, now() from users limit 1`.execute(db)
  await sql`insert into audit_log (user_id, action, target, result) select id, 'push', 'x', 'ok' from users`.execute(db)
  await sql`select setval('events_id_seq', 987654321)`.execute(db)
}

async function readAll(db: Database): Promise<Record<string, string[]>> {
  const tables = (await listTables(db)).filter((table) => table !== 'environments' && table !== 'events')
  const entries = tables.map(async (table) => {
    const { rows } = await sql<{ row: string }>`
      select ${sql.ref(table)}::text as row from ${sql.table(table)} order by 1`.execute(db)
    return [table, rows.map(({ row }) => row)] as const
  })
  return Object.fromEntries(await Promise.all(entries))
}

async function withTarget(work: (target: TestDatabase) => Promise<void>): Promise<void> {
  const target = await createTestDatabase({ empty: true })
  try {
    await work(target)
  } finally {
    await target.drop()
  }
}

it('a backup below the data directory is refused, and leaves nothing there', slow, async () => {
  const dataDir = newDataDir()
  mkdirSync(join(dataDir, 'backups'), { recursive: true })
  const env = { DATABASE_URL: source.url, DATA_DIR: dataDir }
  const made = await run('backup', env, '--workspaces=none', join(dataDir, 'backups/x.backup'))
  expect(made).toMatchObject({ code: 1, stderr: expect.stringContaining('lies in the data directory') })
  expect(readdirSync(join(dataDir, 'backups'))).toEqual([])
})

describe('a restored database', slow, () => {
  it('holds the same rows, goes on with the same numbers and keeps its rules', () =>
    withTarget(async (target) => {
      const restored = await run(
        'restore',
        { DATABASE_URL: target.url, BACKUP_PASSPHRASE: passphrase },
        '--workspaces=none',
        file,
      )
      expect(restored).toMatchObject({ code: 0, stderr: '' })
      expect(await readAll(target.db)).toEqual(await readAll(source.db))
      const environment = await target.db.selectFrom('environments').selectAll().executeTakeFirstOrThrow()
      expect(environment).toMatchObject({ name: 'kept', status: 'stopped', cpu_limit: 0.1 + 0.2 })
      const next = await sql<{ id: number }>`select nextval('events_id_seq')::int as id`.execute(target.db)
      expect(next.rows[0]?.id).toBeGreaterThan(987654321)
      await expect(sql`delete from audit_log`.execute(target.db)).rejects.toThrow('can only grow')
      await expect(
        sql`insert into auth_sessions (user_id, refresh_token_hash, expires_at) values (gen_random_uuid(), 'x', now())`.execute(
          target.db,
        ),
      ).rejects.toThrow('auth_sessions_user_id_fkey')
    }))

  it('of an older schema is brought to the newest one', async () => {
    const older = await createTestDatabase()
    await rollBack(older.db, { all: false })
    await sql`insert into users (email, name, role) values ('old@example.org', 'Old', 'admin')`.execute(older.db)
    const path = join(directory, 'older.backup')
    await run('backup', { DATABASE_URL: older.url }, '--workspaces=none', path)
    await older.drop()
    await withTarget(async (target) => {
      const restored = await run('restore', { ...installed, DATABASE_URL: target.url }, path)
      expect(restored).toMatchObject({ code: 0, stderr: '' })
      expect(await listAppliedMigrations(target.db)).toEqual(await listMigrationNames())
      expect(await target.db.selectFrom('users').select('email').execute()).toEqual([{ email: 'old@example.org' }])
    })
  })
})

describe('keys', slow, () => {
  it('come out of a backup with the passphrase, and are not in it readably', () =>
    withTarget(async (target) => {
      const dataDir = newDataDir()
      const env = { DATA_DIR: dataDir, DATABASE_URL: target.url, BACKUP_PASSPHRASE: passphrase }
      expect((await run('restore', env, '--workspaces=none', file)).code).toBe(0)
      expect(readFileSync(join(dataDir, 'encryption-key'), 'utf8').trim()).toBe(encryptionKey)
      expect(readFileSync(join(dataDir, 'jwt-secret'), 'utf8').trim()).toBe(installed.JWT_SECRET)
      const bytes = readFileSync(file)
      for (const secret of [encryptionKey, installed.JWT_SECRET]) expect(bytes.includes(secret)).toBe(false)
    }))

  it('are named by a backup without them, which says where they must be', async () => {
    const path = join(directory, 'without-keys.backup')
    const made = await run('backup', { DATABASE_URL: source.url }, '--workspaces=none', path)
    expect(made.stdout).toMatch(/The encryption key [0-9a-f]{14} is not in it/)
    await withTarget(async (target) => {
      const without = await run('restore', { DATABASE_URL: target.url }, '--workspaces=none', path)
      expect(without).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/It is not in the backup\. Set ENCRYPTION_KEY/),
      })
      const other = { DATABASE_URL: target.url, ENCRYPTION_KEY: Buffer.alloc(32, 8).toString('base64') }
      const refused = await run('restore', other, '--workspaces=none', path)
      expect(refused).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/made with the encryption key .*; the one .* is/),
      })
      const same = { DATABASE_URL: target.url, ENCRYPTION_KEY: encryptionKey }
      expect((await run('restore', same, '--workspaces=none', path)).code).toBe(0)
    })
  })

  it('need a passphrase', async () => {
    const unset = await run(
      'backup',
      { DATABASE_URL: source.url, BACKUP_PASSPHRASE: '' },
      '--with-keys',
      join(directory, 'x'),
    )
    expect(unset).toMatchObject({ code: 1, stderr: expect.stringContaining('set BACKUP_PASSPHRASE') })
    const missing = await run('restore', {}, file)
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('set BACKUP_PASSPHRASE') })
    const wrong = await run('restore', { BACKUP_PASSPHRASE: 'another passphrase' }, file)
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('is not the one') })
  })
})

describe('a restore changes nothing', slow, () => {
  const restore = (path: string, env: Record<string, string> = {}) =>
    run('restore', { BACKUP_PASSPHRASE: passphrase, ...env }, '--workspaces=none', path)
  const damaged = (name: string, damage: (bytes: Buffer) => void) => {
    const bytes = readFileSync(file)
    damage(bytes)
    const path = join(directory, `${name}.backup`)
    writeFileSync(path, bytes)
    return path
  }

  it('when the file ends early, wherever that is', async () => {
    const whole = readFileSync(file).length
    for (const length of [0, 100, 5_000, whole - 5_000, whole - 600]) {
      const path = damaged('short', () => undefined)
      truncateSync(path, length)
      const dataDir = newDataDir()
      const refused = await restore(path, { DATA_DIR: dataDir })
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/incomplete|no backup/) })
      expect(existsSync(dataDir)).toBe(false)
    }
  })

  it('when a single bit has changed', async () => {
    const at = readFileSync(file).indexOf('database/users') + 512 + 1_000
    const path = damaged('flipped', (bytes) => bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at))
    const refused = await restore(path)
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/"database\/users\S*" is not what was written/),
    })
  })

  it('when somebody has changed what the backup says of itself', async () => {
    const path = damaged('forged', (bytes) => bytes.write('backup-evil', bytes.indexOf('"backup-test"') + 1))
    const refused = await restore(path)
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('was changed after it was made') })
  })

  it('when the file is something else', async () => {
    const path = join(directory, 'else')
    writeFileSync(path, 'x'.repeat(10_000))
    expect((await restore(path)).stderr).toContain('is no backup')
    expect((await restore(join(directory, 'nowhere'))).stderr).toContain('There is no file')
  })

  it('when the backup is newer', async () => {
    const newer = await createTestDatabase()
    await newer.pool.query(`insert into kysely_migration (name, timestamp) values ('999_later', '2999')`)
    const path = join(directory, 'newer.backup')
    expect((await run('backup', { DATABASE_URL: newer.url }, '--workspaces=none', path)).code).toBe(0)
    await newer.drop()
    const refused = await restore(path, installed)
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/newer than this version: it has 999_later/),
    })
  })

  it('when the database has users, or tables of somebody else', async () => {
    const before = await readAll(source.db)
    const used = await restore(file, { DATABASE_URL: source.url })
    expect(used).toMatchObject({ code: 1, stderr: expect.stringContaining('it has users') })
    expect(await readAll(source.db)).toEqual(before)
    await withTarget(async (target) => {
      await sql`create table invoices (id int)`.execute(target.db)
      const foreign = await restore(file, { DATABASE_URL: target.url })
      expect(foreign).toMatchObject({ code: 1, stderr: expect.stringContaining('"invoices"') })
    })
  })

  it('when the data directory holds an installation', async () => {
    const dataDir = mkdtempSync(join(directory, 'used-'))
    writeFileSync(join(dataDir, 'instance-id'), 'somebody\n')
    const refused = await restore(file, { DATA_DIR: dataDir })
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds an installation (somebody) already'),
    })
  })
})

describe('a backup', slow, () => {
  it('replaces no file, and makes none when there is nothing to back up', async () => {
    const size = readFileSync(file).length
    const again = await run('backup', { DATABASE_URL: source.url }, '--workspaces=none', file)
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('exists already') })
    expect(readFileSync(file).length).toBe(size)
    const nothing = join(directory, 'nothing')
    const dataDir = newDataDir()
    const none = await run('backup', { DATA_DIR: dataDir, INSTANCE_ID: '' }, nothing)
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no installation') })
    expect([existsSync(nothing), existsSync(dataDir)]).toEqual([false, false])
  })

  it('says so when there is no engine, or no such environment', async () => {
    const path = join(directory, 'unreachable')
    const all = await run('backup', { DATABASE_URL: source.url }, path)
    expect(all).toMatchObject({ code: 1, stderr: expect.stringContaining('container engine does not answer') })
    expect(existsSync(path)).toBe(false)
  })
})
