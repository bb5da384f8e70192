/**
 * An installation is backed up while it runs, vanishes, data directory, containers and volumes, and is restored into another
 * directory with an empty database: as on another machine.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Environment, EnvironmentList, SessionList } from '@craftastic/contract'
import { ApiClient } from '@craftastic/testing/api-client'
import { engineVariables, newInstanceId } from '@craftastic/testing/engine-environment'
import { listLeftovers, removeLeftovers } from '@craftastic/testing/engine-leftovers'
import { startGitServer, type GitServer } from '@craftastic/testing/git-server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine } from '../harness/engine.ts'
import { runProcess, type RunningProcess } from '../harness/run-process.ts'
import { fillWithOddFiles, fingerprintOf } from '../harness/workspace-fingerprint.ts'

const admin = { email: 'admin@example.org', password: 'correct horse battery' }
const passphrase = 'a passphrase of some length'

describeOnEngine('backup and restore', () => {
  const instanceId = newInstanceId()
  const directory = mkdtempSync(join(tmpdir(), 'craftastic-backup-'))
  const oldData = join(directory, 'old')
  const newData = join(directory, 'new')
  const file = join(directory, 'all.backup')
  let git: GitServer
  let server: RunningProcess
  let api: ApiClient
  let odd: Environment
  let stopped: Environment
  let leftOut: Environment
  let fingerprint: string

  const variables = (dataDir: string) => ({
    DOCKER_HOST: '/var/run/docker.sock',
    ...engineVariables(),
    NODE_ENV: 'test',
    PORT: '0',
    DATA_DIR: dataDir,
    ADMIN_EMAIL: admin.email,
    ADMIN_PASSWORD: admin.password,
    GIT_ALLOWED_HOSTS: git.origin,
    SANDBOX_CPU_LIMIT: '2',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'error',
    BACKUP_PASSPHRASE: passphrase,
  })
  const start = async (dataDir: string) => {
    server = runProcess('index.ts', variables(dataDir))
    const [, url = ''] = await server.waitFor(/ready at (\S+)/)
    api = await ApiClient.signIn(url, admin)
  }
  const stop = async () => {
    server.child.kill('SIGTERM')
    await server.ended
  }
  const run = async (name: string, dataDir: string, ...args: string[]) => {
    const script = runProcess(`scripts/${name}.ts`, variables(dataDir), args)
    return { code: await script.ended, stdout: script.stdout, stderr: script.stderr }
  }
  const read = (id: string) => api.expect(200, Environment, 'GET', `/api/environments/${id}`)
  /** Some of the odd files cannot be read, so that what is only there cannot be kept. */
  const deleteAll = async (ids: string[]) => {
    for (const id of ids) await api.removeEnvironment(id)
  }
  const helpers = () =>
    docker(
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `label=craftastic.instance=${instanceId}`,
      '--filter',
      'label=craftastic.helper',
    )

  beforeAll(async () => {
    git = await startGitServer()
    mkdirSync(oldData, { mode: 0o700 })
    // The restored installation must take its name from the backup, and what is left behind must be found by it.
    writeFileSync(join(oldData, 'instance-id'), `${instanceId}\n`)
    await start(oldData)
    odd = await api.createEnvironment({ name: 'odd', repositoryUrl: git.projectUrl })
    stopped = await api.createEnvironment({ name: 'stopped' })
    leftOut = await api.createEnvironment({ name: 'left out' })
    await api.createSession({ environmentId: odd.id, name: 'shell' })
    await fillWithOddFiles(odd.id)
    await inContainer(stopped.id, 'sh', '-c', 'echo kept >/workspace/note')
    const halt = { headers: { prefer: 'wait=60' } }
    expect((await api.request('POST', `/api/environments/${stopped.id}/stop`, halt)).status).toBe(200)
    fingerprint = await fingerprintOf(odd.id)
    mkdirSync(join(oldData, 'kept-work', odd.id), { recursive: true })
    writeFileSync(join(oldData, 'kept-work', odd.id, 'größe.bundle'), 'bundled')
  }, 240_000)

  afterAll(async () => {
    await stop()
    const leftovers = await listLeftovers(instanceId)
    await removeLeftovers(instanceId)
    await git.close()
    rmSync(directory, { recursive: true, force: true })
    expect(leftovers).toEqual([])
  }, 180_000)

  it('writes a running installation into one file that only its owner reads', async () => {
    const backup = await run('backup', oldData, '--with-keys', '--workspaces', `odd,${stopped.id}`, file)
    expect(backup).toMatchObject({ code: 0, stderr: '' })
    expect(backup.stdout).toMatch(/Workspace odd: .* compressed/)
    expect(backup.stdout).toContain('3 environments')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    // 300 MB of nothing take no room.
    expect(statSync(file).size).toBeLessThan(20_000_000)
    expect(await fingerprintOf(odd.id)).toBe(fingerprint)
    expect(await helpers()).toBe('')
  }, 180_000)

  it('leaves nothing behind when it is interrupted', async () => {
    const path = join(directory, 'interrupted.backup')
    const script = runProcess('scripts/backup.ts', variables(oldData), ['--with-keys', path])
    await script.waitFor(/Database: /)
    script.child.kill('SIGINT')
    expect(await script.ended).toBe(130)
    expect(script.stderr).toContain('Interrupted')
    expect(existsSync(path)).toBe(false)
    expect(await helpers()).toBe('')
  }, 180_000)

  it('does not restore beside the workspaces of an installation that is still there', async () => {
    const beside = await run('restore', newData, file)
    expect(beside.code).toBe(1)
    expect(beside.stderr).toContain('the workspaces of odd, stopped already')
    expect(existsSync(join(newData, 'instance-id'))).toBe(false)
    await api.removeEnvironment(leftOut.id)
  }, 180_000)

  it('brings environments back with the same files, byte for byte', async () => {
    await stop()
    await removeLeftovers(instanceId)
    rmSync(oldData, { recursive: true })
    const restore = await run('restore', newData, file)
    expect(restore).toMatchObject({ code: 0, stderr: '' })
    expect(restore.stdout).toContain('Without their workspace: left out')
    expect(existsSync(join(newData, 'restore.json'))).toBe(false)
    expect(readFileSync(join(newData, 'instance-id'), 'utf8').trim()).toBe(instanceId)
    expect(readFileSync(join(newData, 'kept-work', odd.id, 'größe.bundle'), 'utf8')).toBe('bundled')

    await start(newData)
    await expect.poll(async () => (await read(odd.id)).status, { timeout: 90_000 }).toBe('running')
    expect((await read(odd.id)).statusReason).toContain('The installation was restored from a backup.')
    expect(await fingerprintOf(odd.id)).toBe(fingerprint)
    const { sessions } = await api.expect(200, SessionList, 'GET', `/api/sessions/environment/${odd.id}`)
    expect(sessions.map(({ name }) => name)).toEqual(['shell'])
    expect(sessions[0]?.restoredAt).not.toBeNull()

    expect((await read(stopped.id)).status).toBe('stopped')
    const go = { headers: { prefer: 'wait=60' } }
    expect((await api.request('POST', `/api/environments/${stopped.id}/start`, go)).status).toBe(200)
    expect(await inContainer(stopped.id, 'cat', '/workspace/note')).toBe('kept')
  }, 240_000)

  it('says which environment came without its workspace, and lets it begin again', async () => {
    const before = await read(leftOut.id)
    expect(before.status).toBe('error')
    expect(before.statusReason).toContain('restored from a backup without its workspace')
    const again = { headers: { prefer: 'wait=60' } }
    expect((await api.request('POST', `/api/environments/${leftOut.id}/retry`, again)).status).toBe(200)
    const { environments } = await api.expect(200, EnvironmentList, 'GET', `/api/environments/user/${api.userId}`)
    expect(environments.map(({ status }) => status)).toEqual(['running', 'running', 'running'])
    await deleteAll(environments.map(({ id }) => id))
  }, 180_000)

  it('begins anew after a restore that was killed', async () => {
    await stop()
    const third = join(directory, 'third')
    const killed = runProcess('scripts/restore.ts', variables(third), [file])
    await killed.waitFor(/Workspace odd: restored/)
    killed.child.kill('SIGKILL')
    await killed.ended
    const journal = join(third, 'restore.json')
    expect(existsSync(journal)).toBe(true)
    const early = runProcess('index.ts', variables(third))
    expect(await early.ended).toBe(1)
    expect(early.stderr).toContain('was cut short')
    // The helper of the killed restore ends by itself.
    await sleep(1_000)
    const again = await run('restore', third, file)
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(existsSync(journal)).toBe(false)
    await start(third)
    await expect.poll(async () => (await read(odd.id)).status, { timeout: 90_000 }).toBe('running')
    expect(await fingerprintOf(odd.id)).toBe(fingerprint)
    await deleteAll([odd.id, stopped.id, leftOut.id])
    expect(await docker('volume', 'ls', '--quiet', '--filter', `name=${nameOf(odd.id)}`)).toBe('')
  }, 240_000)
})
