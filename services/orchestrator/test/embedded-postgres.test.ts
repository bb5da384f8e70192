import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEmbeddedPostgres } from '../src/services/embedded-postgres.ts'
import { chooseAccount } from '../src/services/postgres-account.ts'
import { boundLog } from '../src/services/postgres-postmaster.ts'

const log = pino({ level: 'silent' })
const isRoot = process.getuid?.() === 0

let dataDir: string
let children: ChildProcess[]
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'craftastic-embedded-'))
  children = []
})

/** A data directory whose database was made earlier: making one is what most tests are not about. */
const made = mkdtempSync(join(tmpdir(), 'craftastic-embedded-made-'))
beforeAll(async () => {
  await (await startEmbeddedPostgres({ dataDir: made, log, settings: { fsync: 'off' } })).stop()
})
afterAll(() => rmSync(made, { recursive: true, force: true }))
function useMadeCluster(): void {
  execFileSync('cp', ['-a', `${made}/.`, dataDir])
}
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  if (existsSync(pidFile())) await (await start()).stop()
  rmSync(dataDir, { recursive: true, force: true })
})

const start = () => startEmbeddedPostgres({ dataDir, log, settings: { fsync: 'off' } })
const clusterPath = () => join(dataDir, 'postgres/cluster')
const pidFile = () => join(clusterPath(), 'postmaster.pid')
const readPid = () => Number(readFileSync(pidFile(), 'utf8').split('\n')[0])

async function query<T extends pg.QueryResultRow>(url: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<T>(statement)).rows
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** A server of its own that starts the database, tells its URL, and holds it until it is killed. */
async function startElsewhere(): Promise<{ child: ChildProcess; url: string }> {
  const script = `
    const { startEmbeddedPostgres } = await import('${join(import.meta.dirname, '../src/services/embedded-postgres.ts')}')
    const log = { debug() {}, info() {}, warn() {}, error() {} }
    const embedded = await startEmbeddedPostgres({ dataDir: process.argv[1], log, settings: { fsync: 'off' } })
    console.log(embedded.url)
    process.on('SIGTERM', () => embedded.stop().then(() => process.exit(0)))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) return { child, url: line }
  throw new Error('The other server ended without starting the database')
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve))

describe('the embedded PostgreSQL', () => {
  it('is UTF-8, durable, local, closed to the password-less, and ends with its only user', async () => {
    const embedded = await startEmbeddedPostgres({ dataDir, log })
    const [settings] = await query(
      embedded.url,
      `select current_setting('server_encoding') as encoding, current_setting('fsync') as fsync,
        current_setting('listen_addresses') as addresses, current_setting('password_encryption') as passwords,
        lower('ÄÖÅ') as lower, current_database() as database, current_setting('TimeZone') as zone`,
    )
    expect(settings).toEqual({
      encoding: 'UTF8',
      fsync: 'on',
      addresses: '127.0.0.1',
      passwords: 'scram-sha-256',
      lower: 'äöå',
      database: 'craftastic',
      zone: 'UTC',
    })
    const wrong = new URL(embedded.url)
    wrong.password = 'wrong'
    await expect(query(wrong.href, 'select 1')).rejects.toThrow('password authentication failed')
    expect(statSync(join(dataDir, 'postgres/password')).mode & 0o777).toBe(0o600)
    expect(statSync(clusterPath()).mode & 0o777).toBe(0o700)
    expect(statSync(dataDir).mode & 0o007).toBe(0)
    await embedded.stop()
    expect(existsSync(pidFile())).toBe(false)
    await expect(query(embedded.url, 'select 1')).rejects.toThrow('ECONNREFUSED')
  })

  it('survives a server that is killed, and is adopted by the next one', async () => {
    useMadeCluster()
    const { child, url } = await startElsewhere()
    await query(url, 'create table kept (id int)')
    await query(url, 'insert into kept values (42)')
    const pid = readPid()
    const killed = exitOf(child)
    child.kill('SIGKILL')
    await killed
    const adopted = await start()
    expect(adopted.url).toBe(url)
    expect(readPid()).toBe(pid)
    expect(await query(adopted.url, 'select id from kept')).toEqual([{ id: 42 }])
    await adopted.stop()
    expect(existsSync(pidFile())).toBe(false)
  })

  it('goes on while another process uses it, and ends with the last one', async () => {
    useMadeCluster()
    const { child, url } = await startElsewhere()
    const mine = await start()
    expect(mine.url).toBe(url)
    await mine.stop()
    expect(await query(url, 'select 1 as one')).toEqual([{ one: 1 }])
    const ended = exitOf(child)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    expect(existsSync(pidFile())).toBe(false)
  })

  it('is made once when several servers start at once on a fresh directory', async () => {
    const started = await Promise.all([startElsewhere(), startElsewhere(), start()])
    expect(new Set(started.map(({ url }) => url)).size).toBe(1)
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.includes('draft'))).toEqual([])
    for (const { child } of started.slice(0, 2) as { child: ChildProcess }[]) child.kill('SIGKILL')
    await sleep(100)
    await started[2].stop()
    expect(existsSync(pidFile())).toBe(false)
  })

  it('is started again, at the same address, when its postmaster is killed', async () => {
    useMadeCluster()
    const embedded = await start()
    await query(embedded.url, 'create table kept (id int)')
    const pid = readPid()
    process.kill(pid, 'SIGKILL')
    let back = false
    for (let attempt = 0; attempt < 100 && !back; attempt += 1) {
      await sleep(100)
      back = await query(embedded.url, 'select * from kept').then(
        () => true,
        () => false,
      )
    }
    expect(back).toBe(true)
    expect(readPid()).not.toBe(pid)
    await embedded.stop()
    expect(existsSync(pidFile())).toBe(false)
  })

  it('starts although the pid of a crashed postmaster belongs to another program by now', async () => {
    useMadeCluster()
    const account = chooseAccount(clusterPath())
    const other = spawn('sleep', ['60'], { cwd: '/', ...account })
    children.push(other)
    writeFileSync(pidFile(), `${other.pid}\n${clusterPath()}\n1\n5432\n\n127.0.0.1\n\nready\n`, { mode: 0o600 })
    const embedded = await start()
    expect(readPid()).not.toBe(other.pid)
    expect(await query(embedded.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(other.exitCode).toBeNull()
    await embedded.stop()
  })

  it('removes what an interrupted first start left, and starts', async () => {
    const interrupted = spawnSync('true').pid
    const draft = join(dataDir, `postgres/cluster.draft-${interrupted}-x/cluster`)
    mkdirSync(draft, { recursive: true })
    writeFileSync(join(draft, 'half'), 'made')
    const embedded = await start()
    expect(existsSync(dirname(draft))).toBe(false)
    await embedded.stop()
  })

  it.runIf(isRoot)('is kept out of the data directory when its account cannot reach that', async () => {
    const closed = dataDir
    dataDir = join(closed, 'inner/data')
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    try {
      const embedded = await start()
      expect(lstatSync(clusterPath()).isSymbolicLink()).toBe(true)
      const outside = realpathSync(clusterPath())
      expect(outside).toMatch(/^\/var\/lib\/craftastic\//)
      expect(statSync(outside).mode & 0o777).toBe(0o700)
      expect(statSync(closed).mode & 0o777).toBe(0o700)
      expect(statSync(dataDir).mode & 0o777).toBe(0o700)
      await query(embedded.url, 'create table kept (id int)')
      await embedded.stop()
      const again = await start()
      expect(await query(again.url, 'select * from kept')).toEqual([])
      await again.stop()
      rmSync(dirname(outside), { recursive: true, force: true })
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
      dataDir = closed
    }
  })

  it('says in words that the password is not that of the database', async () => {
    useMadeCluster()
    const path = join(dataDir, 'postgres/password')
    const password = readFileSync(path, 'utf8')
    writeFileSync(path, 'another password\n')
    await expect(start()).rejects.toThrow('Restore it from a backup')
    writeFileSync(path, password)
  })

  it('says in words that another major version made the database', async () => {
    useMadeCluster()
    const path = join(clusterPath(), 'PG_VERSION')
    const version = readFileSync(path, 'utf8')
    writeFileSync(path, '15\n')
    await expect(start()).rejects.toThrow(/was made by PostgreSQL 15; this version of the server brings 18/)
    writeFileSync(path, version)
  })

  it('shows the end of its log when it does not start', async () => {
    const impossible = startEmbeddedPostgres({ dataDir, log, settings: { shared_buffers: '9000TB' } })
    await expect(impossible).rejects.toThrow(/did not start[^]*shared_buffers/)
  })
})

describe('its log', () => {
  it('is cut at 5 MiB, with one older part', () => {
    const path = join(dataDir, 'postgres.log')
    boundLog(path)
    writeFileSync(path, 'x'.repeat(5 * 1024 * 1024 - 1))
    boundLog(path)
    expect(existsSync(`${path}.1`)).toBe(false)
    writeFileSync(path, 'y'.repeat(5 * 1024 * 1024))
    boundLog(path)
    expect(statSync(path).size).toBe(0)
    expect(statSync(`${path}.1`).size).toBe(5 * 1024 * 1024)
  })
})
