/** Large pushes, and servers that are killed under them: with the server as a process of its own. */
import { readFileSync } from 'node:fs'
import { ApiClient } from '@craftastic/testing/api-client'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { admin, startServer, type ServerProcess } from '@craftastic/testing/server-process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { openShell } from '../harness/shell.ts'
import { createTestDatabase, type TestDatabase } from '../harness/test-database.ts'

const megabyte = 1024 ** 2
/** A host that takes its time. */
const preReceive = 'while read -r _ _ ref; do case $ref in *slow) sleep 15;; esac; done'

describeOnEngine('a push', () => {
  let git: GitServer
  let database: TestDatabase
  let variables: Record<string, string>
  let server: ServerProcess
  let api: ApiClient
  let environmentId: string

  beforeAll(async () => {
    git = await startGitServer({ preReceive })
    database = await createTestDatabase()
    variables = {
      DATABASE_URL: database.url,
      ENCRYPTION_KEY: Buffer.alloc(32, 3).toString('base64'),
      JWT_SECRET: 'fN3kq0Zr8mWv1xTb6uYc5eHd9aLg2pSj7oRi4',
      GIT_ALLOWED_HOSTS: git.origin,
      SANDBOX_CPU_LIMIT: '2',
    }
    server = await startServer(variables)
    api = await ApiClient.signIn(server.baseUrl, admin)
    await api.request('PUT', `/api/git/credentials/${new URL(git.origin).host}`, { body: { token: git.token } })
    const environment = await api.createEnvironment({ name: 'private', repositoryUrl: git.privateUrl })
    expect(environment, environment.statusReason ?? '').toMatchObject({ status: 'running' })
    environmentId = environment.id
  }, 120_000)
  afterAll(async () => {
    await server.restart().catch(() => {})
    await (await ApiClient.signIn(server.baseUrl, admin)).removeEnvironment(environmentId)
    const left = await server.remove()
    await database.drop()
    await git.close()
    expect(left).toEqual([])
  }, 120_000)

  const commit = 'git -c user.name=me -c user.email=me@example.org commit -q --allow-empty -m more'
  const results = async () => {
    const rows = await database.db
      .selectFrom('audit_log')
      .selectAll()
      .where('action', '=', 'git.push')
      .orderBy('id')
      .execute()
    return rows.map(({ result }) => result)
  }
  const memoryBytes = () => {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  }
  const readLog = () => inContainer(environmentId, 'sh', '-c', 'cat /tmp/push.log 2>/dev/null || true')

  /** Pushes in a session and waits until the host has all of it and takes its time. */
  async function beginSlowPush(client: ApiClient): Promise<void> {
    const shell = await openShell(client, environmentId)
    git.requests.splice(0)
    shell.begin(
      `rm -f /tmp/push.log; ${commit}; git push origin HEAD:refs/heads/slow >/tmp/push.log 2>&1; echo "code $?" >>/tmp/push.log`,
    )
    const isUnderWay = () =>
      git.requests.some(({ method, url }) => method === 'POST' && url.endsWith('/git-receive-pack'))
    await expect.poll(isUnderWay, { timeout: 20_000 }).toBe(true)
    await expect.poll(async () => (await results()).at(-1), { timeout: 5_000 }).toBe('begun')
    await shell.close()
  }

  it('of 100 MB streams through a server that never holds it', { timeout: 240_000 }, async () => {
    const shell = await openShell(api, environmentId)
    await shell.type(
      'head -c 104857600 /dev/urandom >big && git config core.compression 0 && git config core.bigFileThreshold 1m',
      60_000,
    )
    await shell.type(`git add big && ${commit}`, 120_000)
    await shell.type('git fetch')
    const before = memoryBytes()
    let highest = before
    const watch = setInterval(() => (highest = Math.max(highest, memoryBytes())), 20)
    const push = await shell.type('git push origin HEAD:refs/heads/big', 180_000)
    clearInterval(watch)
    expect(push, push.output).toMatchObject({ code: 0 })
    expect(await shell.type('git ls-remote origin refs/heads/big | grep -c big')).toMatchObject({ code: 0 })
    // Chunks that were passed on wait for the collector; a push that is held would need more than it is large.
    expect((highest - before) / megabyte).toBeLessThan(90)
    expect((await results()).slice(-2)).toEqual(['begun', 'accepted'])
    await shell.close()
  })

  it('that its user calls off is written down as such', { timeout: 120_000 }, async () => {
    await beginSlowPush(api)
    await inContainer(environmentId, 'sh', '-c', 'kill -9 $(pgrep -f "[r]emote-http")')
    await expect.poll(async () => (await results()).at(-1), { timeout: 10_000 }).toBe('interrupted')
  })

  it('fails clearly when the server is killed under it, and works once it is back', { timeout: 180_000 }, async () => {
    await beginSlowPush(api)
    await server.crash()
    await expect.poll(readLog, { timeout: 20_000 }).toMatch(/(fatal|error): .*\n(.*\n)*code [1-9]/)
    // What was begun stands written down, whatever became of it.
    expect((await results()).at(-1)).toBe('begun')

    await server.restart()
    api = await ApiClient.signIn(server.baseUrl, admin)
    const shell = await openShell(api, environmentId)
    await expect
      .poll(async () => (await shell.type(`${commit}; git push origin HEAD:refs/heads/after`)).code, {
        timeout: 60_000,
      })
      .toBe(0)
    await shell.close()
  })

  it('goes through another server on the same database when the first one is gone', { timeout: 180_000 }, async () => {
    const second = await startServer({
      ...variables,
      INSTANCE_ID: server.instanceId,
      ADMIN_EMAIL: 'second@example.org',
    })
    try {
      await server.crash()
      const shell = await openShell(await ApiClient.signIn(second.baseUrl, admin), environmentId)
      await expect
        .poll(async () => (await shell.type(`${commit}; git push origin HEAD:refs/heads/second`)).code, {
          timeout: 60_000,
        })
        .toBe(0)
      await shell.close()
    } finally {
      await second.remove()
    }
  })
})
