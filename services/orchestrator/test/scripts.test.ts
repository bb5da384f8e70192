import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listMigrationNames } from '../src/lib/migrator.ts'
import { writeMigration } from '../src/scripts/write-migration.ts'
import { runProcess } from './harness/run-process.ts'
import { createTestDatabase } from './harness/test-database.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'craftastic-scripts-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

async function run(name: string, args: string[] = [], env: Record<string, string> = { DATA_DIR: dataDir }) {
  const script = runProcess(`scripts/${name}.ts`, env, args)
  return { code: await script.ended, stdout: script.stdout, stderr: script.stderr }
}

const pidFile = () => join(dataDir, 'postgres/cluster/postmaster.pid')

describe('migrate and rollback', () => {
  it('start the embedded database for their work, say what they did, and end it', async () => {
    const names = await listMigrationNames()
    const first = await run('migrate')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    for (const name of names) expect(first.stdout).toContain(`Applied ${name}`)
    expect((await run('migrate')).stdout).toBe(`The database is up to date (${names.at(-1)}).\n`)
    expect((await run('rollback')).stdout).toBe(`Took back ${names.at(-1)}\n`)
    const others = names.slice(0, -1).toReversed()
    const tookBack = others.map((name) => `Took back ${name}\n`).join('')
    expect((await run('rollback', ['--all'])).stdout).toBe(tookBack)
    expect((await run('rollback')).stdout).toBe('There is no migration to take back.\n')
    expect(existsSync(pidFile())).toBe(false)
  })

  it('leave the database of a running server alone', async () => {
    const server = runProcess('index.ts', { DATA_DIR: dataDir, PORT: '0' })
    const [, url] = await server.waitFor(/ready at (\S+)/)
    expect((await run('migrate')).stdout).toContain('up to date')
    expect((await fetch(`${url}/api/auth/setup`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(existsSync(pidFile())).toBe(false)
  })

  it('work on the database of DATABASE_URL', async () => {
    const database = await createTestDatabase({ empty: true })
    const env = { DATA_DIR: dataDir, DATABASE_URL: database.url }
    expect((await run('migrate', [], env)).code).toBe(0)
    expect(await database.db.selectFrom('users').selectAll().execute()).toEqual([])
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    await database.drop()
  })

  it('refuse a newer database in words', async () => {
    const database = await createTestDatabase()
    await database.pool.query(`insert into kysely_migration (name, timestamp) values ('999_later', '2999')`)
    for (const name of ['migrate', 'rollback']) {
      const refused = await run(name, [], { DATA_DIR: dataDir, DATABASE_URL: database.url })
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('999_later')
      expect(refused.stderr).not.toMatch(/at .*\.ts/)
    }
    await database.drop()
  })
})

it.each(['migrate', 'rollback', 'create-migration', 'generate', 'backup', 'restore'])(
  '%s explains itself',
  async (name) => {
    const [help, nonsense] = await Promise.all([run(name, ['--help']), run(name, ['--nonsense'])])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^Usage: npm run /)
    expect(nonsense.code).toBe(1)
  },
)

describe('create-migration', () => {
  it('starts a migration with the number after the highest, and overwrites nothing', async () => {
    expect(await writeMigration(dataDir, 'first_one')).toBe(join(dataDir, '001_first_one.ts'))
    writeFileSync(join(dataDir, '008_later.ts'), '')
    const path = await writeMigration(dataDir, 'add_tokens')
    expect(path).toBe(join(dataDir, '009_add_tokens.ts'))
    const text = readFileSync(path, 'utf8')
    expect(text).toContain('export async function up(')
    expect(text).toContain('export async function down(')
  })

  it.each(['Capital', 'with space', '../escape', 'trailing_', 'double__score', ''])(
    'refuses the name %j',
    async (name) => {
      await expect(writeMigration(dataDir, name)).rejects.toThrow('is not a name for a migration')
    },
  )

  it('needs a name', async () => {
    expect(await run('create-migration')).toMatchObject({ code: 1, stdout: '' })
  })
})
