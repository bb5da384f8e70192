/** An environment whose repository is on a private SSH host, reached with the deploy key of the environment. */
import { createPrivateKey } from 'node:crypto'
import { DeployKey, Environment } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { startSshGitServer, type SshGitServer } from '@craftastic/testing/ssh-git-server'
import { pino } from 'pino'
import ssh2 from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDeployKeyAgent } from '../../src/lib/deploy-key-agent.ts'
import { createEnvironmentConnections } from '../../src/lib/environment-connections.ts'
import { createGitForwards } from '../../src/lib/git-forwards.ts'
import { SecretBox } from '../../src/lib/secret-box.ts'
import { createDockerRuntime } from '../../src/services/docker.ts'
import { createGitProxyServer } from '../../src/services/git-proxy-server.ts'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository } from '../harness/git-repository.ts'
import { openShell, type Shell } from '../harness/shell.ts'

const commit = 'git -c user.name=me -c user.email=me@example.org commit -q --allow-empty -m more'

describeOnEngine('an environment with a deploy key', () => {
  const env: Record<string, string> = { ENCRYPTION_KEY: Buffer.alloc(32, 6).toString('base64') }
  const logged: string[] = []
  let host: SshGitServer
  beforeAll(async () => {
    host = await startSshGitServer()
    env.GIT_ALLOWED_HOSTS = host.origin
  }, 30_000)
  afterAll(() => host.close())
  const server = useEngineServer({ env, onLog: (line) => void logged.push(line) })

  let api: ApiClient
  let environmentId: string
  let key: DeployKey
  let shell: Shell
  const readKey = (id = environmentId) => api.expect(200, DeployKey, 'GET', `/api/environments/${id}/deploy-key`)
  const audited = async (action: string) => {
    const rows = server().database.db.selectFrom('audit_log').selectAll().where('environment_id', '=', environmentId)
    return rows.where('action', '=', action).orderBy('id').execute()
  }

  it('says what to do when the host does not know the key, and clones when it does', async () => {
    api = await server().signInNew()
    const failed = await api.createEnvironment({ name: 'private', repositoryUrl: host.url })
    environmentId = failed.id
    expect(failed).toMatchObject({
      status: 'error',
      operation: { error: { step: 'clone', code: 'deploy_key_required' } },
    })
    expect(failed.statusReason).toBe(
      `${host.host} does not let the deploy key of this environment read tmp/private.git. Add the key there, then retry.`,
    )
    key = await readKey()
    expect(key.publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]{68} craftastic-private$/)
    await host.allow(key.publicKey)
    const retried = await api.expect(200, Environment, 'POST', `/api/environments/${environmentId}/retry`, {
      headers: { prefer: 'wait=60' },
    })
    expect(retried, retried.statusReason ?? '').toMatchObject({
      status: 'running',
      branch: 'main',
      repositoryUrl: host.url,
    })
    expect(await inContainer(environmentId, 'cat', '/workspace/a')).toBe('one')
    shell = await openShell(api, environmentId)
  }, 60_000)

  it('fetches and pushes from a terminal and from the panel', async () => {
    expect(await shell.type(`${commit} && git push origin HEAD:refs/heads/typed`)).toMatchObject({ code: 0 })
    const head = (await shell.type('git rev-parse HEAD')).output.trim()
    expect(await host.git('rev-parse', 'typed')).toBe(head)
    const repository = openGitRepository(api, environmentId)
    await repository.sh(commit)
    await repository.done('push')
    expect(await host.git('rev-parse', 'main')).toBe(await repository.sh('git rev-parse HEAD'))
    await host.git('update-ref', 'refs/heads/new', 'main')
    await repository.done('fetch')
    expect(await repository.sh('git rev-parse origin/new')).toBe(await host.git('rev-parse', 'main'))
    await repository.done('pull')
  })

  it("goes by the user's own settings of ssh", async () => {
    const [hostname, port] = host.host.split(':')
    const settings = `Host near\\n  HostName ${hostname}\\n  Port ${port}\\n  User dev\\n`
    await shell.type(`mkdir -p ~/.ssh && printf '${settings}' >~/.ssh/config`)
    expect((await shell.type('git ls-remote near:/tmp/private.git main')).output).toContain('refs/heads/main')
    expect(await shell.type('rm ~/.ssh/config')).toMatchObject({ code: 0 })
  })

  it('writes down what is signed, for whom and to which host', async () => {
    const before = (await audited('deploy_key.sign')).length
    expect(await shell.type('git fetch')).toMatchObject({ code: 0 })
    expect((await audited('deploy_key.sign')).slice(before)).toMatchObject([
      {
        user_id: api.userId,
        target: key.fingerprint,
        result: 'done',
        details: { user: 'dev', hostKey: host.hostFingerprint },
      },
    ])
  })

  it('is the only key of an agent that takes no other and cannot be locked', async () => {
    expect((await shell.type('ssh-add -l')).output).toContain(`256 ${key.fingerprint} craftastic-private (ED25519)`)
    expect((await shell.type('ssh-add -L | wc -l')).output.trim()).toBe('1')
    const refused = [
      'ssh-keygen -q -t ed25519 -N "" -f /tmp/other; ssh-add /tmp/other',
      'ssh-add -D',
      'ssh-add -d /tmp/other',
    ]
    for (const line of refused) expect((await shell.type(line)).code, line).not.toBe(0)
    const lock = `python3 - <<'END'
import socket
s = socket.socket(socket.AF_UNIX); s.connect("/run/craftastic/agent.sock")
s.sendall(bytes([0,0,0,6,22,0,0,0,1,120])); print("lock", s.recv(99).hex())
s.sendall(bytes([0,0,0,1,19])); print("clear", s.recv(99).hex())
s.sendall(bytes([127,0,0,1,11])); print("end", s.recv(99).hex() + ".")
END`
    const said = await inContainer(environmentId, 'sh', '-c', lock)
    expect(said.split('\n')).toEqual(['lock 0000000105', 'clear 0000000105', 'end .'])
    expect((await shell.type('ssh-add -l')).output).toContain(key.fingerprint)
  })

  it('signs in, and nothing else: no file, no commit, nothing on a machine that it is lent to', async () => {
    const before = (await audited('deploy_key.sign')).length
    const signFile =
      'ssh-add -L >/tmp/key.pub; echo text >/tmp/text; ssh-keygen -Y sign -f /tmp/key.pub -n file /tmp/text'
    const signed = await shell.type(signFile)
    expect(signed.code).not.toBe(0)
    expect(signed.output).toContain('agent refused operation')
    expect((await audited('deploy_key.sign')).length).toBe(before)

    const [, port] = host.host.split(':')
    const there =
      "ssh-add -l; ssh -o BatchMode=yes -o ProxyCommand='/usr/sbin/sshd -i -f /tmp/sshd_config' -o StrictHostKeyChecking=no dev@next true"
    const lent = await shell.type(`ssh -A -p ${port} dev@${host.host.split(':')[0]} "${there}"`)
    expect(lent.output).toContain(key.fingerprint)
    expect(lent.output).toContain('Permission denied (publickey)')
    // To get there, and not from there.
    expect((await audited('deploy_key.sign')).length).toBe(before + 1)
  })

  it('has its private half nowhere in the container, and in no answer, log or row', async () => {
    const row = await server()
      .database.db.selectFrom('deploy_keys')
      .selectAll()
      .where('environment_id', '=', environmentId)
      .executeTakeFirstOrThrow()
    const box = new SecretBox(Buffer.from(env.ENCRYPTION_KEY ?? '', 'base64'))
    const privateKey = box.open(
      row.private_key_sealed,
      `deploy_keys|private_key_sealed|${environmentId}|${api.userId ?? ''}`,
    )
    const parsed = ssh2.utils.parseKey(privateKey)
    if (parsed instanceof Error) throw parsed
    const { d: seed = '' } = createPrivateKey(parsed.getPrivatePEM()).export({ format: 'jwk' })
    const bytes = Buffer.from(seed, 'base64url')
    const pemLine = privateKey.split('\n').at(3) ?? ''
    expect([bytes.length, pemLine.length > 40]).toEqual([32, true])
    const forms = [pemLine, seed.slice(0, 40), bytes.toString('base64').slice(0, 40), bytes.toString('hex')]
    const expectNowhere = (text: string, where: string) => {
      expect(text.length, `${where} is empty`).toBeGreaterThan(0)
      for (const form of forms) expect(text.includes(form), `the key is in ${where}`).toBe(false)
    }

    const look = (script: string) => inContainer(environmentId, 'sh', '-c', `${script} 2>/dev/null || true`)
    expectNowhere(await look("cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'"), 'the processes')
    expectNowhere((await shell.type('env; set')).output, 'a shell')
    expectNowhere(await docker('inspect', nameOf(environmentId)), 'docker inspect')
    const everywhere = '/workspace /home /root /tmp /run /var /etc /dev/shm'
    const found = await look(`grep -rlaF -e '${key.publicKey.split(' ')[1] ?? ''}' ${everywhere}`)
    expect(found, 'the search finds what is there').toContain('/tmp/key.pub')
    for (const form of forms) {
      // The first character in brackets, so that the search does not find itself.
      expect(await look(`grep -rla -e '[${form.slice(0, 1)}]${form.slice(1)}' ${everywhere}`)).toBe('')
    }
    const raw = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
    expect(await look(`LC_ALL=C grep -rlaP -e '${raw}' ${everywhere}`)).toBe('')

    const paths = ['', '/deploy-key', '/operations'].map((path) => `/api/environments/${environmentId}${path}`)
    const answers = await Promise.all(paths.map((path) => api.request('GET', path)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expectNowhere(JSON.stringify(answers.map(({ body }) => body)), 'an answer')
    expectNowhere(logged.join(''), 'the log')
    expectNowhere(JSON.stringify(row), 'its row')
    expectNowhere(
      JSON.stringify(await server().database.db.selectFrom('audit_log').selectAll().execute()),
      'the audit log',
    )
  })

  it('is not the key of another environment, which gets one when it asks', async () => {
    const { id } = await api.createEnvironment({ name: 'other one' })
    const path = `/api/environments/${id}/deploy-key`
    expect((await api.request('GET', path)).status).toBe(404)
    const other = await openShell(api, id)
    expect((await other.type('ssh-add -l')).output).toContain('The agent has no identities.')
    const made = await api.expect(200, DeployKey, 'POST', path)
    expect(made.publicKey).toMatch(/ craftastic-other-one$/)
    expect(await api.expect(200, DeployKey, 'POST', path)).toEqual(made)
    const listed = (await other.type('ssh-add -l')).output
    expect(listed).toContain(made.fingerprint)
    expect(listed).not.toContain(key.fingerprint)
    const clone = `git clone ${host.url} /tmp/stolen`
    expect((await other.type(clone)).output).toContain('Permission denied (publickey)')
    await host.allow(key.publicKey, made.publicKey)
    expect(await other.type(clone)).toMatchObject({ code: 0 })
    await host.allow(key.publicKey)
    await other.close()
    await api.removeEnvironment(id)
    const left = await server().database.db.selectFrom('deploy_keys').select('environment_id').execute()
    expect(left).toEqual([{ environment_id: environmentId }])
  })

  it('can be rotated: the old one signs nothing any more', async () => {
    const path = `/api/environments/${environmentId}/deploy-key/rotate`
    const headers = { 'idempotency-key': 'once' }
    const rotated = await api.expect(200, DeployKey, 'POST', path, { headers })
    expect(await api.expect(200, DeployKey, 'POST', path, { headers })).toEqual(rotated)
    expect(await readKey()).toEqual(rotated)
    expect(rotated.fingerprint).not.toBe(key.fingerprint)
    const repository = openGitRepository(api, environmentId)
    expect(await repository.refused('deploy_key_required', 'fetch')).toMatch(
      /Permission denied.*\nAdd the deploy key of/s,
    )
    await host.allow(rotated.publicKey)
    await repository.done('fetch')
    key = rotated
  })

  it('stays with one of two servers, and with the other one when that goes', async () => {
    const { config, database, instanceId } = server()
    const runtime = createDockerRuntime({ ...config, instanceId, onCall: () => {} })
    const secretBox = new SecretBox(Buffer.from(env.ENCRYPTION_KEY ?? '', 'base64'))
    const connections = createEnvironmentConnections({ runtime, db: database.db, secretBox })
    const log = pino({ level: 'silent' })
    const second = createGitForwards({
      db: database.db,
      connections,
      feed: { subscribe: () => () => {} },
      proxy: createGitProxyServer(() => {}),
      agent: createDeployKeyAgent({ db: database.db, secretBox, log }),
      log,
    })
    await second.ensureGitForward(environmentId)
    connections.closeAll()
    expect((await shell.type('ssh-add -l')).output).toContain(key.fingerprint)
    // The connection of the first one is cut; whoever comes first, one of them has it again.
    await inContainer(environmentId, 'sh', '-c', 'kill -9 $(pgrep -f "^sshd-session: dev")')
    await second.ensureGitForward(environmentId)
    const list = 'SSH_AUTH_SOCK=/run/craftastic/agent.sock ssh-add -l 2>&1 || true'
    await expect
      .poll(() => inContainer(environmentId, 'sh', '-c', list), { timeout: 20_000 })
      .toContain(key.fingerprint)
    second.close()
    connections.closeAll()
    await expect
      .poll(() => inContainer(environmentId, 'sh', '-c', list), { timeout: 20_000 })
      .toContain(key.fingerprint)
  })

  it('is not shown to a host that has another key than before', async () => {
    await host.changeHostKey()
    const before = (await audited('deploy_key.sign')).length
    const refused = await openGitRepository(api, environmentId).refused('git_remote_failed', 'fetch')
    expect(refused).toMatch(/Host key verification failed.*ssh-keygen -R HOST/s)
    expect((await audited('deploy_key.sign')).length).toBe(before)
    await api.removeEnvironment(environmentId)
  })
})
