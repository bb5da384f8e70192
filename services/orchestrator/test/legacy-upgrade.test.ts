/** An upgrade from the previous generation as an operator does it: with the real server and the real commands. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Environment,
  EnvironmentList,
  HandedOver,
  LegacyContainerList,
  SessionList,
  Success,
  User,
  UserList,
} from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { listMigrationNames } from '../src/lib/migrator.ts'
import {
  createLegacyDatabase,
  dumpLegacyTable,
  legacyRow,
  manyLegacyRows,
  newContainerId,
} from './harness/legacy-database.ts'
import { runProcess } from './harness/run-process.ts'
import type { TestDatabase } from './harness/test-database.ts'

// Each starts a server or a command or two.
vi.setConfig({ testTimeout: 90_000 })

/** Of somebody with one container that is still in use and one that is not, among all the others. */
const userId = randomUUID()
const [usedId, unusedId] = [newContainerId(), newContainerId()]
const ownRows = [
  legacyRow({ userId, containerId: usedId, status: 'active', createdAt: '2024-05-02' }),
  legacyRow({ userId, containerId: unusedId, status: 'inactive', createdAt: '2024-05-01' }),
]
const admin = { email: 'admin@example.org', password: 'correct horse battery' }

let database: TestDatabase
let dataDir: string
let before: string[]
beforeAll(async () => {
  database = await createLegacyDatabase([...ownRows, ...manyLegacyRows().slice(2)])
  dataDir = mkdtempSync(join(tmpdir(), 'craftastic-upgrade-'))
  before = await dumpLegacyTable(database)
})
afterAll(async () => {
  await database.drop()
  rmSync(dataDir, { recursive: true, force: true })
})

const variables = () => ({ DATA_DIR: dataDir, DATABASE_URL: database.url })

async function run(name: string, ...args: string[]) {
  const script = runProcess(`scripts/${name}.ts`, variables(), args)
  return { code: await script.ended, stdout: script.stdout, stderr: script.stderr }
}

async function withServer(work: (client: ApiClient) => Promise<void>): Promise<void> {
  const server = runProcess('index.ts', {
    ...variables(),
    PORT: '0',
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
  })
  try {
    const [, baseUrl = ''] = await server.waitFor(/ready at (\S+)/)
    await work(await ApiClient.signIn(baseUrl, admin))
  } finally {
    server.child.kill('SIGTERM')
    expect(await server.ended, `${server.stdout}${server.stderr}`).toBe(0)
  }
}

it('starts on a database of the previous generation, and serves it through the old and the new routes', async () => {
  await withServer(async (client) => {
    const { users } = await client.expect(200, UserList, 'GET', '/api/users')
    const owner = users.find(({ id }) => id === userId)
    expect(owner).toMatchObject({ disabled: true, name: `Legacy user ${userId}` })

    const { containers } = await client.expect(200, LegacyContainerList, 'GET', `/api/containers/list?userId=${userId}`)
    expect(containers.map(({ Id, Status }) => [Id, Status])).toEqual([
      [usedId, 'Up'],
      [unusedId, 'Exited (0)'],
    ])

    const to = { body: { toUserId: client.userId } }
    const handedOver = await client.expect(200, HandedOver, 'POST', `/api/users/${userId}/hand-over`, to)
    expect(handedOver).toEqual({ environments: 2 })
    const mine = `/api/environments/user/${client.userId}`
    const { environments } = await client.expect(200, EnvironmentList, 'GET', mine)
    expect(environments.map(({ name }) => name)).toEqual([
      `Legacy Environment ${usedId.slice(0, 8)}`,
      `Legacy Environment ${unusedId.slice(0, 8)}`,
    ])
    const unused = environments[1]?.id ?? ''
    const { sessions } = await client.expect(200, SessionList, 'GET', `/api/sessions/environment/${unused}`)
    expect(sessions).toMatchObject([{ id: ownRows[1]?.id, name: 'Legacy Session', status: 'dead' }])

    const stop = `/api/containers/${unusedId.slice(0, 12)}`
    expect(await client.expect(200, Success, 'DELETE', stop)).toEqual({ success: true })
    const renamed = await client.expect(200, Environment, 'PATCH', `/api/environments/${unused}`, {
      body: { name: 'mine now' },
    })
    expect(renamed).toMatchObject({ status: 'stopped', statusReason: expect.stringContaining('not moved') as string })
    const started = await client.expect(202, Environment, 'POST', `/api/environments/${unused}/start`)
    expect(started).toMatchObject({ status: 'starting', statusReason: null })

    await client.expect(200, Success, 'DELETE', `/api/users/${userId}`)
    const body = { email: 'later@example.org', name: 'Later', password: 'correct horse battery' }
    await client.expect(201, User, 'POST', '/api/users', { body })
  })
})

it('goes back when asked twice, to the same table, row by row', async () => {
  const asked = await run('rollback', '--all')
  expect(asked.code).toBe(1)
  expect(asked.stdout).toContain('as it was, with 1,000 sessions')
  expect(asked.stderr).toContain('--yes')

  const names = await listMigrationNames()
  const { code, stdout } = await run('rollback', '--all', '--yes')
  expect(code).toBe(0)
  expect(stdout).toBe(
    names
      .toReversed()
      .map((name) => `Took back ${name}\n`)
      .join(''),
  )
  expect(await dumpLegacyTable(database)).toEqual(before)
})

it('goes up again', async () => {
  const { code, stdout } = await run('migrate')
  expect(code).toBe(0)
  expect(stdout).toMatch(/Took over 1,000 sessions of the previous generation: \d+ environments of \d+ owners/)
  await withServer(async (client) => {
    const { containers } = await client.expect(200, LegacyContainerList, 'GET', `/api/containers/list?userId=${userId}`)
    expect(containers.map(({ Id }) => Id)).toEqual([usedId, unusedId])
  })
})
