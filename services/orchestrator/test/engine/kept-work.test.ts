/** Work that is only in an environment outlives it: kept before a delete, brought back into a new environment. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Environment, EnvironmentDeleted, GitUnsaved, KeptWorkList, Problem } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { docker, inContainer, nameOf } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'

const run = promisify(execFile)

/** Everything that a person would miss, in one text. */
const lookAt = `cd /workspace
find . -name .git -prune -o -type f -printf '%m %p\\n' -o -type l -printf '%p -> %l\\n' | sort
find . -name .git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
git status --porcelain --branch; git for-each-ref refs/heads refs/stash; git log --oneline --all | sort; git stash list`

const work = `cd /workspace; git config user.email me@example.org; git config user.name Me
git switch -qc feature; echo two >>README.md; git commit -qam 'feature work'
git switch -qc other; echo other >other; git add other; git commit -qm 'other work'
echo stashed >>README.md; git stash push -qm 'put aside'
echo staged >staged; git add staged; echo more >>staged; rm package.json; chmod +x README.md
printf 'a\\r\\nb\\n' >mixed.txt; ln -s README.md link
printf odd >"$(printf 'odd\\nname\\377 \\t"x')"; head -c 300000 /dev/urandom >random`

describeOnEngine('work that is only in an environment', { timeout: 180_000 }, () => {
  const server = useEngineServer({ env: { KEPT_WORK_MAX_SIZE: '20m' } })
  let api: ApiClient
  beforeAll(async () => {
    api = await server().signInNew()
  })

  const sh = (id: string, script: string) => inContainer(id, 'sh', '-c', script)
  const create = (name: string, more: object = {}) => api.createEnvironment({ name, ...more })
  const list = async () => (await api.expect(200, KeptWorkList, 'GET', '/api/kept-work')).keptWork
  const ofEnvironment = async (id: string) => (await list()).find(({ environmentId }) => environmentId === id)
  const requireKept = async (id: string) => {
    const kept = await ofEnvironment(id)
    if (kept === undefined) throw new Error('nothing was kept')
    return kept
  }
  const remove = (id: string, query = '') =>
    api.expect(200, EnvironmentDeleted, 'DELETE', `/api/environments/${id}${query}`, { headers: { prefer: 'wait=60' } })
  const refuseRemoval = (id: string) =>
    api.expect(409, Problem, 'DELETE', `/api/environments/${id}`, { headers: { prefer: 'wait=60' } })
  const read = (id: string) => api.expect(200, Environment, 'GET', `/api/environments/${id}`)
  const files = () => readdir(join(server().config.dataDir, 'kept-work')).catch(() => [])

  it('is told, kept, downloaded, and brought back byte for byte, as often as wanted', async () => {
    const { id } = await create('busy', { repositoryUrl: server().git.writableUrl })
    await sh(id, work)
    const unsaved = await api.expect(200, GitUnsaved, 'GET', `/api/git/unsaved/${id}`)
    expect(unsaved).toMatchObject({ repository: 'there', hasRemote: true, stashes: 1, hasAny: true })
    expect(unsaved.branches).toEqual(
      [
        { name: 'other', commits: 2, headlines: ['other work', 'feature work'] },
        { name: 'feature', commits: 1, headlines: ['feature work'] },
      ].toSorted(
        (a, b) =>
          unsaved.branches.findIndex(({ name }) => name === a.name) -
          unsaved.branches.findIndex(({ name }) => name === b.name),
      ),
    )
    expect(unsaved.places).toMatchObject([{ kind: 'workspace', path: '/workspace', changed: 7 }])
    const before = await sh(id, lookAt)
    await api.deleteEnvironment(id)

    const kept = await requireKept(id)
    expect(kept).toMatchObject({ environmentName: 'busy', branch: 'other', commits: 2, files: 7, stashes: 1 })
    expect(kept).toMatchObject({ isComplete: true, isAvailable: true, repositoryUrl: server().git.writableUrl })
    expect(kept.heads.map(({ branch }) => branch)).toEqual(expect.arrayContaining(['feature', 'other']))
    expect(Date.parse(kept.expiresAt) - Date.parse(kept.createdAt)).toBe(30 * 24 * 3_600_000)
    const file = join(server().config.dataDir, 'kept-work', `${kept.id}.bundle`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)

    const download = await fetch(`${api.baseUrl}/api/kept-work/${kept.id}/bundle`, {
      headers: { authorization: `Bearer ${api.accessToken}` },
    })
    expect(download.headers.get('content-disposition')).toBe('attachment; filename="busy.bundle"')
    const directory = await mkdtemp(join(tmpdir(), 'craftastic-bundle-'))
    await writeFile(join(directory, 'busy.bundle'), Buffer.from(await download.arrayBuffer()))
    await run('git', ['clone', '--quiet', 'busy.bundle', 'clone'], { cwd: directory })
    const { stdout } = await run('git', ['-C', 'clone', 'log', '-2', '--format=%s'], { cwd: directory })
    expect(stdout).toBe('other work\nfeature work\n')
    await rm(directory, { recursive: true })

    for (const name of ['back', 'back again']) {
      const restored = await create(name, { keptWorkId: kept.id })
      expect(restored).toMatchObject({ status: 'running', branch: 'other', repositoryUrl: server().git.writableUrl })
      expect(await sh(restored.id, lookAt)).toBe(before)
      expect(await sh(restored.id, 'ls -A /workspace | grep craftastic; true')).toBe('')
      await remove(restored.id, '?force=true')
      expect(await ofEnvironment(restored.id)).toBeUndefined()
    }
    expect((await api.request('DELETE', `/api/kept-work/${kept.id}`)).status).toBe(200)
    expect(await list()).toEqual([])
    expect(await files()).toEqual([])
  })

  it('is kept from a stopped environment too, without its container, its repository or a network to it', async () => {
    const { id } = await create('stopped', { repositoryUrl: server().git.writableUrl })
    await sh(id, work)
    const before = await sh(id, lookAt)
    const wait = { headers: { prefer: 'wait=60' } }
    await api.expect(200, Environment, 'POST', `/api/environments/${id}/stop`, wait)
    await docker('rm', nameOf(id))
    await api.deleteEnvironment(id)
    const kept = await requireKept(id)
    await server()
      .database.db.updateTable('kept_work')
      .set({ repository_url: server().git.missingUrl })
      .where('id', '=', kept.id)
      .execute()
    const restored = await create('without a remote', { keptWorkId: kept.id })
    expect(restored).toMatchObject({ status: 'running', branch: 'other' })
    const withoutRemote = (text: string) => text.replace(/^## .*\n/m, '').split('\n')
    expect(withoutRemote(await sh(restored.id, lookAt))).toEqual(withoutRemote(before))
    await remove(restored.id, '?force=true')
  })

  it('is all that was there when there is no repository, and nothing when there is nothing', async () => {
    const { id } = await create('plain')
    expect(await api.expect(200, GitUnsaved, 'GET', `/api/git/unsaved/${id}`)).toMatchObject({ hasAny: false })
    await sh(id, 'cd /workspace; mkdir -p a/b; echo 1 >a/b/c; git init -q a/own; cd a/own; echo 2 >d')
    const unsaved = await api.expect(200, GitUnsaved, 'GET', `/api/git/unsaved/${id}`)
    expect(unsaved).toMatchObject({ repository: 'none', hasAny: true })
    expect(unsaved.places.map(({ kind, files: named }) => [kind, named])).toEqual([
      ['workspace', ['a/b/c']],
      ['nested', ['d']],
    ])
    await api.deleteEnvironment(id)
    const restored = await create('plain again', { keptWorkId: (await requireKept(id)).id })
    expect(await sh(restored.id, 'cd /workspace; cat a/b/c a/own/d; git -C a/own status --porcelain')).toBe(
      '1\n2\n?? d',
    )
    await remove(restored.id, '?force=true')

    const clean = await create('clean', { repositoryUrl: server().git.writableUrl })
    const { operation } = await remove(clean.id)
    expect(operation.steps.map(({ name }) => name)).toEqual(['keep', 'container', 'network', 'volume'])
    expect(await ofEnvironment(clean.id)).toBeUndefined()
  })

  it('stops a delete when it cannot be kept, in words, until it is deleted by force', async () => {
    const { id } = await create('broken')
    await sh(id, 'cd /workspace; echo precious >file; echo rubbish >.git')
    expect(await api.expect(200, GitUnsaved, 'GET', `/api/git/unsaved/${id}`)).toMatchObject({ repository: 'damaged' })
    const { code, detail } = await refuseRemoval(id)
    const failed = (await read(id)).operation
    expect({ code, detail }).toEqual({ code: 'operation_failed', detail: failed?.error?.reason })
    expect(failed).toMatchObject({ state: 'failed', error: { step: 'keep' } })
    expect(detail).toContain('It was not deleted')
    expect(detail).toContain('The repository in /workspace is damaged.')
    expect(await read(id)).toMatchObject({ status: 'error', desiredState: 'stopped' })
    // It can be started, and the work saved by hand.
    await api.expect(200, Environment, 'POST', `/api/environments/${id}/start`, { headers: { prefer: 'wait=60' } })
    expect(await sh(id, 'cat /workspace/file; ls -A /workspace')).toBe('precious\n.git\nfile')
    await refuseRemoval(id)
    await remove(id, '?force=true')
    expect((await api.request('GET', `/api/environments/${id}`)).status).toBe(404)
    expect(await ofEnvironment(id)).toBeUndefined()
  })

  it('is read without running anything that a repository brings, and never fills the disk of the server', async () => {
    const { id } = await create('hostile', { repositoryUrl: server().git.writableUrl })
    await sh(
      id,
      `cd /workspace; bad='sh -c "touch /workspace/ran; cat"'
for name in filter.bad.clean filter.bad.smudge filter.bad.process diff.bad.textconv core.fsmonitor gpg.program \\
  core.sshCommand core.editor core.pager credential.helper uploadpack.packObjectsHook; do git config $name "$bad"; done
git config commit.gpgSign true; git config log.showSignature true; git config core.hooksPath /workspace/hooks
mkdir hooks; for hook in pre-commit post-index-change reference-transaction post-checkout; do
  printf '#!/bin/sh\\ntouch /workspace/ran\\n' >hooks/$hook; chmod +x hooks/$hook; done
echo '* filter=bad diff=bad' >.gitattributes; echo changed >>README.md; rm -f ran`,
    )
    // All of it is gathered, and then is too large: so the workspace can be asked afterwards what ran in it.
    await sh(id, 'head -c 30000000 /dev/urandom >/workspace/huge')
    await refuseRemoval(id)
    expect((await read(id)).statusReason).toContain('larger than what this server keeps')
    expect(await files()).toHaveLength((await list()).length)
    await api.expect(200, Environment, 'POST', `/api/environments/${id}/start`, { headers: { prefer: 'wait=60' } })
    expect(await sh(id, 'ls /workspace/ran 2>/dev/null; ls -A /workspace | grep kept; true')).toBe('')
    await sh(id, 'rm /workspace/huge')
    await api.deleteEnvironment(id)
    const kept = await requireKept(id)
    const restored = await create('tame', { keptWorkId: kept.id })
    expect(await sh(restored.id, 'cd /workspace; tail -n 1 README.md; ls ran 2>/dev/null; true')).toBe('changed')
    await remove(restored.id, '?force=true')
  })

  it('goes when its time is over, and its file with it', async () => {
    const { database, domain, config } = server()
    const before = await list()
    expect(before.length).toBeGreaterThan(0)
    await database.db
      .updateTable('kept_work')
      .set({ expires_at: new Date(0) })
      .execute()
    expect(await list()).toEqual([])
    await domain.keptWork.sweep()
    expect(await database.db.selectFrom('kept_work').select('id').execute()).toEqual([])
    // Files are as old as they say: an hour of today is not a month.
    expect((await files()).length).toBe(before.length)
    for (const { id } of before)
      await run('touch', ['-d', '31 days ago', join(config.dataDir, 'kept-work', `${id}.bundle`)])
    await domain.keptWork.sweep()
    expect(await files()).toEqual([])
  })
})
