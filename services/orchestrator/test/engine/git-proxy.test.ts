/** Git from inside an environment to its private repository on an https host, as a person at a terminal uses it. */
import { GitCredentialList } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { createEnvironmentConnections } from '../../src/lib/environment-connections.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import { gitProxyCertificatePath, gitProxyPort } from '../../src/services/git-settings.ts'
import { inContainer } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openShell, type Shell } from '../harness/shell.ts'

const key = Buffer.alloc(32, 5)
/** A protected branch, as hosts have them. */
const preReceive = 'while read -r _ _ ref; do case $ref in *protected) echo "it is protected" >&2; exit 1;; esac; done'

describeOnEngine('git with the token of its user', () => {
  const server = useEngineServer({
    git: { isSecure: true, preReceive },
    env: { ENCRYPTION_KEY: key.toString('base64') },
  })
  let api: ApiClient
  let environmentId: string
  let shell: Shell
  const commit = 'git -c user.name=me -c user.email=me@example.org commit -q --allow-empty -m more'

  beforeAll(async () => {
    const { git } = server()
    api = await server().signInNew()
    await api.request('PUT', `/api/git/credentials/${new URL(git.origin).host}`, { body: { token: git.token } })
    const environment = await api.createEnvironment({ name: 'private', repositoryUrl: git.privateUrl })
    expect(environment, JSON.stringify(environment.operation?.error)).toMatchObject({ status: 'running' })
    environmentId = environment.id
    shell = await openShell(api, environmentId)
  }, 60_000)
  afterAll(async () => {
    await shell.close()
    await api.removeEnvironment(environmentId)
  })
  beforeEach(() => void server().git.requests.splice(0))

  const pushes = async () => {
    const rows = await server()
      .database.db.selectFrom('audit_log')
      .selectAll()
      .where('environment_id', '=', environmentId)
      .where('action', '=', 'git.push')
      .orderBy('id')
      .execute()
    return rows.map(({ user_id, target, result, details }) => ({ user_id, target, result, details }))
  }
  /** Asks the proxy from inside, past git. */
  const curl = (...options: string[]) =>
    inContainer(
      environmentId,
      ...[
        'sh',
        '-c',
        '"$@" || true',
        'sh',
        'curl',
        '-s',
        '--path-as-is',
        '--proxy',
        `http://127.0.0.1:${gitProxyPort}`,
      ],
      ...['--cacert', gitProxyCertificatePath, '-w', '\n%{http_code} %{http_connect}', ...options],
    ).catch((error: unknown) => String(error))

  it('shows the true address, and fetches and pushes', async () => {
    const { git } = server()
    const remotes = await shell.type('git remote -v; git remote get-url origin; git config remote.origin.url')
    expect(remotes.output.match(new RegExp(git.privateUrl.replaceAll('.', '\\.'), 'g'))).toHaveLength(4)
    expect(remotes.output).not.toContain('127.0.0.1')
    expect(await shell.type('git fetch --all')).toMatchObject({ code: 0 })
    const push = await shell.type(`${commit} && git push origin HEAD:refs/heads/from-a-terminal`)
    expect(push).toMatchObject({ code: 0 })
    expect(push.output).toContain(`To ${git.privateUrl}`)
    expect(push.output).toContain('[new branch]')
    const listed = await shell.type('git ls-remote origin refs/heads/from-a-terminal | cut -f1; git rev-parse HEAD')
    const [remote, local] = listed.output.trim().split(/\s+/)
    expect(remote).toMatch(/^[0-9a-f]{40}$/)
    expect(remote).toBe(local)
  })

  it('writes each push down before and after, with its refs', async () => {
    const before = (await pushes()).length
    await shell.type(`${commit} && git push origin HEAD:refs/heads/one HEAD:refs/heads/two`)
    const head = (await shell.type('git rev-parse HEAD')).output.trim()
    const written = (await pushes()).slice(before)
    const ref = (name: string) => ({ name: `refs/heads/${name}`, from: '0'.repeat(40), to: head })
    const details = { refCount: 2, refs: [ref('one'), ref('two')] }
    const whose = { user_id: api.userId, target: server().git.privateUrl }
    expect(written).toMatchObject([
      { ...whose, result: 'begun', details },
      { ...whose, result: 'accepted', details },
    ])
  })

  it('writes down names that Git allows and few would think of', async () => {
    const before = (await pushes()).length
    const names = ['refs/heads/wide\u3000blank\u00a0name', `refs/heads/${'long/'.repeat(300)}name`]
    await shell.type(`${commit} && git push origin ${names.map((name) => `'HEAD:${name}'`).join(' ')}`)
    const refs = names.map((name): unknown => expect.objectContaining({ name }))
    expect((await pushes()).slice(before)).toMatchObject([
      { result: 'begun', details: { refCount: 2, refs: expect.arrayContaining(refs) } },
      { result: 'accepted' },
    ])
  })

  /** Pushes past git, without a pack: so it can only remove. Answers what the proxy says. */
  const pushLines = async (body: string) => {
    const type = 'Content-Type: application/x-git-receive-pack-request'
    return curl('-H', type, '--data-binary', body, `${server().git.privateUrl}/git-receive-pack`)
  }
  const packet = (text: string) => (text.length + 4).toString(16).padStart(4, '0') + text

  it('writes down a push however it spells its objects', async () => {
    await shell.type(`${commit} && git push origin HEAD:refs/heads/spelt`)
    const head = (await shell.type('git rev-parse HEAD')).output.trim()
    const before = (await pushes()).length
    await pushLines(`${packet(`${head.toUpperCase()} ${'0'.repeat(40)} refs/heads/spelt`)}0000`)
    expect(await shell.type('git ls-remote --exit-code origin refs/heads/spelt')).toMatchObject({ code: 2 })
    expect((await pushes()).slice(before)).toMatchObject([
      { result: 'begun', details: { refs: [{ name: 'refs/heads/spelt', from: head }] } },
      expect.anything(),
    ])
  })

  it.each([
    ['a line that it does not understand', `${packet('what is this')}0000`],
    ['no end', ''],
  ])('passes no push on with %s', async (_what, rest) => {
    await shell.type(`${commit} && git push origin HEAD:refs/heads/stays`)
    const head = (await shell.type('git rev-parse HEAD')).output.trim()
    const before = (await pushes()).length
    const answer = await pushLines(`${packet(`${head} ${'0'.repeat(40)} refs/heads/stays`)}${rest}`)
    expect(answer).toMatch(/could not read or write down this push.*\n502 /s)
    expect(await shell.type('git ls-remote --exit-code origin refs/heads/stays')).toMatchObject({ code: 0 })
    expect((await pushes()).slice(before)).toEqual([])
  })

  it('shows what the host says to a push that it does not take, and writes that down', async () => {
    const before = (await pushes()).length
    const push = await shell.type(`${commit} && git push origin HEAD:refs/heads/protected`)
    expect(push.code).toBe(1)
    expect(push.output).toContain('remote: it is protected')
    await expect
      .poll(async () => (await pushes()).slice(before))
      .toMatchObject([
        { result: 'begun' },
        { result: 'rejected', details: { refused: [{ name: 'refs/heads/protected' }] } },
      ])
  })

  it('lets the user see when the token was used', async () => {
    const { credentials } = await api.expect(200, GitCredentialList, 'GET', '/api/git/credentials')
    expect(credentials).toMatchObject([{ lastUsedAt: expect.any(String) }])
  })

  it.each([
    ['another repository', '/project.git/info/refs?service=git-upload-pack'],
    ['a sibling by prefix', '/private.gitx/info/refs?service=git-upload-pack'],
    ['a way around', '/private.git/../project.git/info/refs?service=git-upload-pack'],
    ['an encoded way around', '/private.git/%2e%2e/project.git/info/refs?service=git-upload-pack'],
    ['the dumb protocol', '/private.git/info/refs'],
    ['objects', '/private.git/objects/info/packs'],
    ['another service', '/private.git/info/refs?service=git-upload-archive'],
    ['more parameters', '/private.git/info/refs?service=git-upload-pack&service=x'],
    ['an option', '/private.git/info/refs?service=--upload-pack=x'],
    ['the exchange by GET', '/private.git/git-receive-pack'],
    ['the API of the host', '/api/v1/user'],
  ])('gives nothing of %s', async (_what, path) => {
    const answer = await curl(`${server().git.origin}${path}`)
    expect(answer).toMatch(/^Only https:.*private\.git is reached here, with Git's smart HTTP\.\n\n403 200$/s)
    expect(server().git.requests).toEqual([])
  })

  it('leads to no other host and no other port', async () => {
    const { hostname } = new URL(server().git.origin)
    for (const url of ['https://github.com/', `https://${hostname}/`, 'https://127.0.0.1:22/', 'https://localhost/']) {
      expect(await curl(url)).toMatch(/000 403/)
    }
    // Plain http is for repositories that have it.
    expect(
      await curl(`http://${new URL(server().git.origin).host}/private.git/info/refs?service=git-upload-pack`),
    ).toMatch(/^Only .*\n\n403 000$/s)
    expect(server().git.requests).toEqual([])
  })

  it("passes on nothing that signs in but the user's token, and brings nothing else back", async () => {
    const headers = [
      'Authorization: Bearer mine',
      'Cookie: a=b',
      'Proxy-Authorization: Basic eDp5',
      'X-Forwarded-For: 1.2.3.4',
    ]
    const url = `${server().git.privateUrl}/info/refs?service=git-upload-pack`
    const answer = await curl('-i', '-o', '/dev/null', '-D', '-', ...headers.flatMap((header) => ['-H', header]), url)
    const [request] = server().git.requests
    expect(Object.keys(request?.headers ?? {}).sort()).toEqual([
      'accept',
      'authorization',
      'connection',
      'host',
      'user-agent',
    ])
    const shown = Buffer.from(request?.headers.authorization?.slice(6) ?? '', 'base64').toString()
    expect(shown).toBe(`x-access-token:${server().git.token}`)
    const names = [...answer.matchAll(/^([\w-]+): /gm)].map(([, name]) => name?.toLowerCase())
    const allowed = [
      'cache-control',
      'connection',
      'content-type',
      'date',
      'expires',
      'keep-alive',
      'pragma',
      'transfer-encoding',
    ]
    expect(names.filter((name) => !allowed.includes(name ?? ''))).toEqual([])
  })

  /** Connections of their own, as another server has them. */
  function openConnections() {
    const { config, database, instanceId } = server()
    const runtime = createDockerRuntime({ ...config, instanceId, onCall: () => {} })
    return createEnvironmentConnections({ runtime, db: database.db, secretBox: new SecretBox(key) })
  }

  it('has nothing behind its port in an environment without a repository', async () => {
    const { id } = await api.createEnvironment({ name: 'bare' })
    const ask = () => inContainer(id, 'bash', '-c', '{ exec 3<>/dev/tcp/127.0.0.1/2223; cat <&3; } 2>&1; echo $?')
    await expect.poll(ask).toBe('0')
    await api.removeEnvironment(id)
  })

  it('opens exactly one port to the container, on its loopback', async () => {
    const connections = openConnections()
    const ssh = await connections.connect(environmentId)
    // Held by the server; a second one on the same database waits for it and breaks nothing.
    await expect(ssh.forwardIn(gitProxyPort, () => {})).rejects.toThrow('cannot be forwarded')
    await expect(ssh.forwardIn(gitProxyPort + 1, () => {})).rejects.toThrow('cannot be forwarded')
    expect((await ssh.run(['true'])).exitCode).toBe(0)
    connections.closeAll()

    const settings = await inContainer(environmentId, '/usr/sbin/sshd', '-T', '-f', '/run/craftastic/sshd_config')
    expect(settings).toMatch(/^allowtcpforwarding remote$/m)
    expect(settings).toMatch(/^permitlisten 127\.0\.0\.1:2223$/m)
    expect(settings).toMatch(/^gatewayports no$/m)
    const sockets = await inContainer(environmentId, 'cat', '/proc/net/tcp', '/proc/net/tcp6')
    const listening = [...sockets.matchAll(/^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ 0A /gm)].map(([, ip, port]) => [
      ip,
      port,
    ])
    // Docker's own resolver listens on 127.0.0.11.
    expect(listening.filter(([ip]) => ip !== '0B00007F').sort()).toEqual([
      ['00000000', '08AE'],
      ['0100007F', '08AF'],
    ])
  })

  it('is there again after the connection into the environment was cut', async () => {
    await inContainer(environmentId, 'sh', '-c', 'kill -9 $(pgrep -f "^sshd-session: dev")')
    await expect
      .poll(
        () => inContainer(environmentId, 'grep', '-c', ':08AF 00000000:0000 0A', '/proc/net/tcp').catch(() => '0'),
        {
          timeout: 10_000,
        },
      )
      .toBe('1')
    const again = await openShell(api, environmentId)
    expect(await again.type('git fetch')).toMatchObject({ code: 0 })
    await again.close()
  })
})
