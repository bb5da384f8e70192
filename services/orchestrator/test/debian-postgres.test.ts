/** The same product on a PostgreSQL that is not ours: Debian's, started by this test, reached by DATABASE_URL. */
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignedIn, User } from '@craftastic/contract'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { chooseAccount } from '../src/services/postgres-account.ts'
import { testPassword } from './harness/builders.ts'
import { openProxy } from '@craftastic/testing/cuttable-proxy'
import { runProcess } from './harness/run-process.ts'

const password = 'p@ss/word:%'
const directory = mkdtempSync(join(tmpdir(), 'craftastic-debian-'))
const cluster = join(directory, 'cluster')
const account = chooseAccount(cluster)
const programs = findPrograms()
let port: number

/** `npm test` installs them and says where they are. */
function findPrograms(): string {
  const given = process.env.DEBIAN_POSTGRES_BIN
  if (given !== undefined) return given
  const root = '/usr/lib/postgresql'
  const newest = (existsSync(root) ? readdirSync(root) : []).sort((one, other) => Number(other) - Number(one))[0]
  if (newest === undefined) throw new Error("Debian's postgresql is not installed; `npm test` installs it")
  return join(root, newest, 'bin')
}

function run(program: string, args: string[]): void {
  execFileSync(join(programs, program), args, { cwd: '/', stdio: 'ignore', ...account })
}

beforeAll(async () => {
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password)
  chmodSync(directory, 0o711)
  if (account !== null) for (const path of [directory, passwordFile]) chownSync(path, account.uid, account.gid)
  run('initdb', [
    '-D',
    cluster,
    '-U',
    'owner',
    `--pwfile=${passwordFile}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--no-sync',
  ])
  // A port that is free now: nothing else asks for one in this moment.
  const probe = await openProxy(1)
  port = probe.port
  await probe.cut()
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`
  run('pg_ctl', ['-D', cluster, '-o', options, '-l', join(directory, 'log'), '-w', 'start'])
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'owner', password, database: 'postgres' })
  await client.connect()
  await client.query('create database craftastic')
  await client.end()
})

afterAll(() => {
  if (existsSync(join(cluster, 'postmaster.pid'))) run('pg_ctl', ['-D', cluster, '-m', 'immediate', '-w', 'stop'])
  rmSync(directory, { recursive: true, force: true })
})

it('migrates, serves and signs in; waits for it at the start; starts nothing of its own', async () => {
  // The server starts first, its database some seconds later.
  const proxy = await openProxy(port)
  await proxy.cut()
  const dataDir = join(directory, 'data')
  const server = runProcess('index.ts', {
    DATA_DIR: dataDir,
    PORT: '0',
    DATABASE_URL: `postgres://owner:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}/craftastic`,
    ADMIN_EMAIL: 'root@example.org',
    ADMIN_PASSWORD: testPassword,
  })
  await server.waitFor(/waiting for the database/)
  await proxy.open()
  const [, url] = await server.waitFor(/ready at (\S+)/)

  const login = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'root@example.org', password: testPassword }),
  })
  const { accessToken, refreshToken } = SignedIn.parse(await login.json())
  const me = await fetch(`${url}/api/auth/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  expect(User.parse(await me.json()).role).toBe('admin')
  const refreshed = await fetch(`${url}/api/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ refreshToken }),
  })
  SignedIn.parse(await refreshed.json())

  expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
  expect(server.stdout).not.toContain(encodeURIComponent(password))
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe(0)
  await proxy.cut()
})
