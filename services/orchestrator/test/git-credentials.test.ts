import { GitCredential, GitCredentialList } from '@craftastic/contract'
import { sql } from 'kysely'
import { pino } from 'pino'
import { beforeEach, describe, expect, it } from 'vitest'
import { createGitCredentials } from '../src/lib/git-credentials.ts'
import { readGitHosts } from '../src/lib/git-hosts.ts'
import { SecretBox } from '../src/lib/secret-box.ts'
import { signIn, type SignedInUser } from './harness/builders.ts'
import { expectProblem, readBody } from './harness/http.ts'
import { useTestApp } from './harness/test-app.ts'

const token = 'ghp_0123456789abcdefghijklmnopqrstuvwxAB'
const key = Buffer.alloc(32, 7)
const logged: string[] = []
const server = useTestApp({
  env: {
    ENCRYPTION_KEY: key.toString('base64'),
    GIT_ALLOWED_HOSTS: 'github.com,both.example.org,http://both.example.org,http://git.lan:3000',
  },
  log: pino({ level: 'trace' }, { write: (line) => void logged.push(line) }),
})

let user: SignedInUser
beforeEach(async () => {
  user = await signIn(server())
})

function send(method: 'GET' | 'PUT' | 'DELETE', path: string, payload?: object, as = user) {
  const url = `/api/git/credentials${path}`
  return server().app.inject({ method, url, headers: as.headers, ...(payload === undefined ? {} : { payload }) })
}

const list = async (as = user) => readBody(await send('GET', '', undefined, as), GitCredentialList).credentials
const audit = () =>
  server().database.db.selectFrom('audit_log').selectAll().where('user_id', '=', user.id).orderBy('id').execute()
const readRow = () =>
  server()
    .database.db.selectFrom('git_credentials')
    .selectAll()
    .where('user_id', '=', user.id)
    .executeTakeFirstOrThrow()

describe('a token for a git host', () => {
  it('is saved, listed by its last four characters, replaced and removed', async () => {
    const saved = readBody(await send('PUT', '/GitHub.com', { token }), GitCredential)
    expect(saved).toMatchObject({ host: 'github.com', username: null, lastFour: 'wxAB', lastUsedAt: null })
    expect(await list()).toEqual([saved])

    const replaced = await send('PUT', '/github.com', { token: 'another-token-1234', username: 'me' })
    expect(readBody(replaced, GitCredential)).toEqual({ ...saved, lastFour: '1234', username: 'me' })
    expect(await list()).toHaveLength(1)

    expect((await send('DELETE', '/github.com')).statusCode).toBe(204)
    expect(await list()).toEqual([])
    expectProblem(await send('DELETE', '/github.com'), 'not_found', 404)
    expect((await audit()).map(({ action, target, result }) => `${action} ${target} ${result}`)).toEqual([
      'git_credential.save github.com done',
      'git_credential.save github.com done',
      'git_credential.remove github.com done',
    ])
  })

  it('is one for each host, however many are saved at once', async () => {
    const tokens = Array.from({ length: 8 }, (_, index) => `token-number-${index}`)
    const answers = await Promise.all(tokens.map((one) => send('PUT', '/github.com', { token: one })))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(tokens.map(() => 200))
    expect(await list()).toHaveLength(1)
  })

  it('never comes out again: not in answers, not in the log, not in the database', async () => {
    const answers = [await send('PUT', '/github.com', { token, username: 'me' }), await send('GET', '')]
    expect(answers.map(({ body }) => body).join()).not.toContain(token)
    expect(logged.join()).toContain('/api/git/credentials')
    expect(logged.join()).not.toContain(token)
    const dump = JSON.stringify([await readRow(), await audit()])
    expect(dump).not.toContain(token)
    expect(dump).not.toContain(Buffer.from(token).toString('base64'))
  })

  it.each([
    ['short'],
    ['with a space in it'],
    ['line\nbreak-line-break'],
    ['tökentökentöken'],
    ['x'.repeat(1025)],
    [12345678],
    [null],
  ])('is refused as %j, without saying it again', async (wrong) => {
    const answer = await send('PUT', '/github.com', { token: wrong })
    expectProblem(answer, 'validation_failed', 400)
    if (typeof wrong === 'string') expect(answer.body).not.toContain(wrong)
  })

  it('has no user name that could end early on the wire', async () => {
    expectProblem(await send('PUT', '/github.com', { token, username: 'a:b' }), 'validation_failed', 400)
    expectProblem(await send('PUT', '/github.com', { token, username: 'a\r\nb' }), 'validation_failed', 400)
  })

  it.each(['evil.example.org', 'localhost', '127.1', 'github.com.', 'github.com:8443', '10.0.0.1', 'git.lan'])(
    'is refused for %s, which environments may not reach',
    async (host) => {
      const answer = await send('PUT', `/${host}`, { token })
      expect([400, 422]).toContain(answer.statusCode)
      expect(await list()).toEqual([])
    },
  )

  it.each(['--upload-pack=x', '..%2F..', 'github.com%2Fowner', 'user@github.com', '%00github.com', 'github.com%0d%0a'])(
    'is refused for the host %s',
    async (host) => {
      expectProblem(await send('PUT', `/${host}`, { token }), 'validation_failed', 400)
    },
  )

  it('belongs to one user', async () => {
    await send('PUT', '/github.com', { token })
    const other = await signIn(server())
    expect(await list(other)).toEqual([])
    expectProblem(await send('DELETE', '/github.com', undefined, other), 'not_found', 404)
    expect(await list()).toHaveLength(1)
  })

  it('does not open in the row of somebody else', async () => {
    await send('PUT', '/github.com', { token })
    const other = await signIn(server())
    await send('PUT', '/github.com', { token: 'token-of-another-one' }, other)
    const { db } = server().database
    const { token_sealed } = await readRow()
    await db.updateTable('git_credentials').set({ token_sealed }).where('user_id', '=', other.id).execute()
    const credentials = openCredentials()
    const url = new URL('https://github.com/a/b')
    expect(await credentials.openGitCredential(user.id, url)).toMatchObject({ token })
    await expect(credentials.openGitCredential(other.id, url)).rejects.toThrow(/does not open/)
  })

  it('is shown over plain http only where that is the only way that the operator has named', async () => {
    for (const host of ['git.lan:3000', 'both.example.org', 'github.com']) {
      expect((await send('PUT', `/${host}`, { token })).statusCode, host).toBe(200)
    }
    const credentials = openCredentials()
    const open = async (url: string) => (await credentials.openGitCredential(user.id, new URL(url)))?.token ?? null
    expect(await open('http://git.lan:3000/a/b')).toBe(token)
    expect(await open('https://both.example.org/a/b')).toBe(token)
    expect(await open('http://both.example.org/a/b')).toBeNull()
    expect(await open('http://github.com/a/b')).toBeNull()
    expect(await open('https://git.lan:3000/a/b')).toBeNull()
    expect(await open('https://github.com.evil.example/a/b')).toBeNull()
    expect(await open('https://github.com:8443/a/b')).toBeNull()
  })

  function openCredentials() {
    const { db } = server().database
    return createGitCredentials({
      db,
      secretBox: new SecretBox(key),
      gitHosts: readGitHosts(server().config.gitAllowedHosts),
    })
  }
})

describe('the audit log', () => {
  it('can only grow', async () => {
    await send('PUT', '/github.com', { token })
    const { db } = server().database
    await expect(db.deleteFrom('audit_log').execute()).rejects.toThrow(/only grow/)
    await expect(db.updateTable('audit_log').set({ result: 'x' }).execute()).rejects.toThrow(/only grow/)
    await expect(sql`truncate audit_log`.execute(db)).rejects.toThrow(/only grow/)
    expect(await audit()).toHaveLength(1)
  })

  it('outlives its user', async () => {
    await send('PUT', '/github.com', { token })
    await server().database.db.deleteFrom('users').where('id', '=', user.id).execute()
    expect(await audit()).toHaveLength(1)
    expect(await server().database.db.selectFrom('git_credentials').where('user_id', '=', user.id).execute()).toEqual(
      [],
    )
  })
})
