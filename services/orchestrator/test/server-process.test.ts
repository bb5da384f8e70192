import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readiness, SetupState, SignedIn } from '@craftastic/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { testPassword } from './harness/builders.ts'
import { runProcess, type RunningProcess } from './harness/run-process.ts'
import { createTestDatabase } from './harness/test-database.ts'

let dataDir: string
let running: RunningProcess[]
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'craftastic-process-'))
  running = []
})
afterEach(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGTERM')
    await ended
  }
  rmSync(dataDir, { recursive: true, force: true })
})

function start(env: Record<string, string> = {}): RunningProcess {
  const server = runProcess('index.ts', { DATA_DIR: dataDir, PORT: '0', ...env })
  running.push(server)
  return server
}

const readyLine = /Craftastic is ready at (http:\/\/\S+)/
const pidFile = () => join(dataDir, 'postgres/cluster/postmaster.pid')

function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

describe('the server', () => {
  it('starts on nothing, tells how to make the first admin, and ends cleanly with its database', async () => {
    const server = start()
    const [, url = ''] = await server.waitFor(readyLine)
    const [, link = ''] = await server.waitFor(/Make the first admin: +(\S+)/)
    expect(link).toBe(`${url}/setup?token=${readFileSync(join(dataDir, 'setup-token'), 'utf8').trim()}`)
    // The link is for the person at the terminal; a log is read by more people.
    const logged = server.stdout.split('\n').filter((line) => line.startsWith('{'))
    expect(logged.join('\n')).not.toContain(new URL(link).searchParams.get('token'))

    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${url}/readyz`)
    expect(ready.status).toBe(503)
    const { parts } = Readiness.parse(await ready.json())
    expect(parts.database.ready).toBe(true)
    expect(parts.engine.ready).toBe(false)

    const token = new URL(link).searchParams.get('token')
    const setUp = await post(`${url}/api/auth/setup`, {
      token,
      name: 'Ada',
      email: 'ada@example.org',
      password: testPassword,
    })
    expect(setUp.status).toBe(201)

    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(existsSync(pidFile())).toBe(false)
    expect(server.stderr).toBe('')

    const again = start()
    const [, secondUrl = ''] = await again.waitFor(readyLine)
    expect(again.stdout).not.toContain('/setup?token')
    expect(SetupState.parse(await (await fetch(`${secondUrl}/api/auth/setup`)).json())).toEqual({
      setupRequired: false,
    })
    const login = await post(`${secondUrl}/api/auth/login`, { email: 'ada@example.org', password: testPassword })
    SignedIn.parse(await login.json())
  })

  it('adopts its database after a kill, with everybody still signed in', async () => {
    const admin = { ADMIN_EMAIL: 'root@example.org', ADMIN_PASSWORD: testPassword }
    const server = start(admin)
    const [, url = ''] = await server.waitFor(readyLine)
    const login = await post(`${url}/api/auth/login`, { email: admin.ADMIN_EMAIL, password: testPassword })
    const { accessToken } = SignedIn.parse(await login.json())
    const postmaster = readFileSync(pidFile(), 'utf8')
    server.child.kill('SIGKILL')
    await server.ended

    const next = start(admin)
    const [, nextUrl = ''] = await next.waitFor(readyLine)
    expect(readFileSync(pidFile(), 'utf8')).toBe(postmaster)
    const me = await fetch(`${nextUrl}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } })
    expect(me.status).toBe(200)
    next.child.kill('SIGINT')
    expect(await next.ended).toBe(0)
    expect(existsSync(pidFile())).toBe(false)
  })

  it('ends at once at a second signal', async () => {
    const server = start()
    await server.waitFor(readyLine)
    server.child.kill('SIGINT')
    server.child.kill('SIGINT')
    const before = Date.now()
    await server.ended
    expect(Date.now() - before).toBeLessThan(3_000)
  })
})

describe('a failure that nobody handles', () => {
  it('is logged and ends the process in order with exit code 1', async () => {
    const reject = "process.on('SIGWINCH',()=>{Promise.reject(Error('boom'))})"
    const server = start({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(reject)}` })
    await server.waitFor(readyLine)
    server.child.kill('SIGWINCH')
    expect(await server.ended).toBe(1)
    expect(server.stdout).toMatch(/"level":60[^\n]*boom/)
    expect(existsSync(pidFile())).toBe(false)
  })
})

describe('a start that cannot be', () => {
  it('lists every wrong variable and nothing else', async () => {
    const server = start({ PORT: 'http', LOG_LEVEL: 'loud', JWT_SECRET: 'hunter2' })
    expect(await server.ended).toBe(1)
    expect(server.stdout).toBe('')
    expect(server.stderr.trim().split('\n')).toHaveLength(4)
    expect(server.stderr).toContain('3 variables are wrong:')
    expect(server.stderr).not.toMatch(/hunter2|at .*\.ts/)
  })

  it('says in one sentence that the port is taken, and leaves nothing behind', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const server = start({ PORT: String(port) })
    expect(await server.ended).toBe(1)
    expect(server.stderr.trim()).toBe(
      `Port ${port} on 127.0.0.1 is in use by another program. End that one, or set PORT to another number.`,
    )
    expect(existsSync(pidFile())).toBe(false)
    other.close()
  })

  it('says that the database refuses, without its password', async () => {
    const database = await createTestDatabase()
    const url = new URL(database.url)
    url.password = 'hunter2'
    const server = start({ DATABASE_URL: url.href })
    expect(await server.ended).toBe(1)
    expect(server.stderr).toContain(`The database at ${url.host}${url.pathname} refuses`)
    expect(server.stderr).not.toMatch(/hunter2|at .*\.ts/)
    await database.drop()
  })

  it('says that the database is newer', async () => {
    const database = await createTestDatabase()
    await database.pool.query(`insert into kysely_migration (name, timestamp) values ('999_later', '2999')`)
    const server = start({ DATABASE_URL: database.url })
    expect(await server.ended).toBe(1)
    expect(server.stderr).toContain('999_later')
    expect(server.stderr).not.toMatch(/at .*\.ts/)
    await database.drop()
  })
})
