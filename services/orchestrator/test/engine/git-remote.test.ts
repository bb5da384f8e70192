import { GitBranchList, GitLog } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'

describeOnEngine('a remote', () => {
  const server = useEngineServer()
  let api: ApiClient
  let mine: GitRepository
  /** Of somebody else, as far as the remote can tell. */
  let theirs: GitRepository
  let main: string
  beforeAll(async () => {
    api = await server().signInNew()
    main = server().git.projectBranch
    const open = async (name: string) => {
      const { id } = await api.createEnvironment({ name, repositoryUrl: server().git.writableUrl })
      const git = openGitRepository(api, id)
      await git.sh(`git config user.name ${name}; git config user.email ${name}@example.org`)
      return git
    }
    mine = await open('mine')
    theirs = await open('theirs')
  }, 120_000)
  afterAll(async () => {
    for (const git of [mine, theirs]) await api.removeEnvironment(git.environmentId)
  })

  const commit = async (git: GitRepository, file: string, content: string) => {
    await git.sh(`printf '%s\\n' '${content}' >${file}`)
    await git.done('commit', { message: `${file}: ${content}` })
  }
  const reset = (git: GitRepository) => git.sh(`git fetch -q; git reset -q --hard origin/${main}`)

  it('takes commits, gives them, and status counts them', async () => {
    await commit(mine, 'shared', 'one')
    expect(await mine.status()).toMatchObject({ upstream: `origin/${main}`, ahead: 1, behind: 0 })
    expect(await mine.done('push')).toContain(`${main} -> ${main}`)
    expect(await mine.status()).toMatchObject({ ahead: 0, behind: 0, files: [] })
    await theirs.done('fetch')
    expect(await theirs.status()).toMatchObject({ ahead: 0, behind: 1 })
    await theirs.done('pull')
    expect(await theirs.sh('cat shared')).toBe('one')
    expect(await theirs.done('pull', { rebase: true })).toMatch(/up to date/)
  })

  it('sets the upstream of a branch that has none, and takes another branch by name', async () => {
    await mine.done('checkout', { branch: 'topic', create: true })
    await commit(mine, 'topic', 'one')
    expect((await mine.status()).upstream).toBeNull()
    await mine.done('push')
    expect((await mine.status()).upstream).toBe('origin/topic')
    await mine.done('checkout', { branch: main })
    await mine.refused('git_refused', 'push', { branch: 'nowhere' })
    await mine.done('push', { branch: 'topic' })
    await theirs.done('fetch')
    await theirs.done('checkout', { branch: 'topic' })
    expect(await theirs.status()).toMatchObject({ branch: 'topic', upstream: 'origin/topic' })
    const { branches } = GitBranchList.parse((await theirs.get('branches')).body)
    expect(branches.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['topic', main, 'origin/topic', `origin/${main}`]),
    )
    expect(branches.map(({ name }) => name)).not.toContain('origin/HEAD')
    await theirs.done('checkout', { branch: main })
  })

  const pushed = async (git: GitRepository, query: string) =>
    GitLog.parse((await git.get('log', query)).body).commits.map(({ pushed }) => pushed)

  it('has what any of its branches has, whatever the current branch belongs to', async () => {
    await mine.sh(`git checkout -q -b elsewhere; git commit -q --allow-empty -m more; git push -q origin elsewhere`)
    await mine.done('checkout', { branch: 'fresh', create: true, from: `origin/${main}` })
    expect((await mine.status()).upstream).toBeNull()
    expect(await pushed(mine, '?limit=2')).toEqual([true, true])
    await commit(mine, 'fresh', 'one')
    expect(await pushed(mine, '?limit=2')).toEqual([false, true])
    // Commits of one second have no order between branches.
    expect((await pushed(mine, '?limit=3&all=true')).toSorted()).toEqual([false, true, true])
    await mine.sh('git checkout -q --detach')
    expect(await pushed(mine, '?limit=2')).toEqual([false, true])
    await mine.done('checkout', { branch: main })
  })

  it('gives a branch that is then followed, also one that is not "origin"', async () => {
    await theirs.sh(
      `git push -q origin HEAD:refs/heads/followed; git remote add fork "$(git remote get-url origin)"; git fetch -q fork`,
    )
    await mine.sh('git fetch -q')
    await mine.done('checkout', { branch: 'followed', create: true, from: 'origin/followed' })
    expect(await mine.status()).toMatchObject({ upstream: 'origin/followed', ahead: 0, behind: 0 })
    await theirs.sh('git remote remove origin')
    await theirs.done('checkout', { branch: 'followed', create: true, from: 'fork/followed' })
    expect((await theirs.status()).upstream).toBe('fork/followed')
    await commit(theirs, 'followed', 'one')
    await theirs.done('push')
    await mine.done('pull')
    expect(await mine.sh('cat followed')).toBe('one')
    await theirs.sh(
      `git remote rename fork origin; git checkout -q ${main}; git branch -q --set-upstream-to=origin/${main}`,
    )
    await mine.done('checkout', { branch: main })
  })

  it('has the upstream of a branch once that is pushed, whatever its upstream was', async () => {
    await mine.sh(`git checkout -q -b renamed --track origin/${main}`)
    await commit(mine, 'renamed', 'one')
    expect(await mine.status()).toMatchObject({ upstream: `origin/${main}`, ahead: 1 })
    await mine.done('push')
    expect(await mine.status()).toMatchObject({ upstream: 'origin/renamed', ahead: 0 })
    await mine.done('checkout', { branch: main })
  })

  it('is not written over: the push says so, and a pull brings both together', async () => {
    await commit(theirs, 'b', 'theirs')
    await theirs.done('push')
    await commit(mine, 'c', 'mine')
    expect(await mine.refused('non_fast_forward', 'push')).toContain('rejected')
    expect(await mine.refused('non_fast_forward', 'push', { force: true })).toContain('stale info')
    await mine.done('fetch')
    // What was fetched and never looked at is not written over either.
    await mine.refused('non_fast_forward', 'push', { force: true })
    await mine.done('pull', { rebase: true })
    await mine.done('push')
    await mine.sh('git commit -q --amend -m "said better"')
    await mine.refused('non_fast_forward', 'push')
    await mine.done('push', { force: true })
    await reset(theirs)
    expect(await theirs.sh('git log -1 --format=%s')).toBe('said better')
  })

  it.each([true, false])('conflicts, and is settled (rebase: %s)', async (rebase) => {
    await reset(mine)
    await reset(theirs)
    await commit(theirs, 'shared', `theirs ${String(rebase)}`)
    await theirs.done('push')
    await commit(mine, 'shared', `mine ${String(rebase)}`)
    expect(await mine.refused('git_conflict', 'pull', { rebase })).toContain('"shared"')
    expect(await mine.status()).toMatchObject({
      operation: rebase ? 'rebase' : 'merge',
      files: [{ path: 'shared', status: 'UU' }],
    })
    await mine.sh('echo both >shared')
    await mine.done('stage', { files: ['shared'] })
    await mine.done('operation', { action: 'continue' })
    expect(await mine.status()).toMatchObject({ operation: null, branch: main, behind: 0 })
    await mine.done('push')
  })

  it.each([true, false])('writes over nothing that is ignored here (rebase: %s)', async (rebase) => {
    await reset(mine)
    await reset(theirs)
    const path = `settings-${String(rebase)}`
    await theirs.sh(`echo theirs >${path}; git add -f ${path}`)
    await theirs.done('commit', { message: path })
    await theirs.done('push')
    await commit(mine, 'apart', path)
    await mine.sh(`echo ${path} >>.git/info/exclude; echo mine >${path}`)
    expect(await mine.refused('git_refused', 'pull', { rebase })).toContain(`git ignores "${path}" here`)
    expect(await mine.sh(`cat ${path}; rm ${path}`)).toBe('mine')
    await mine.done('pull', { rebase })
    expect(await mine.sh(`cat ${path}`)).toBe('theirs')
    await mine.done('push')
  })

  it('gives nothing to another branch that was chosen meanwhile', async () => {
    await reset(mine)
    await reset(theirs)
    await commit(theirs, 'meanwhile', 'one')
    await theirs.done('push')
    // A remote that begins to answer when it may.
    await mine.sh(`git branch -q -f other; rm -f /tmp/asked /tmp/may
git clone -q --bare --no-local "$(git remote get-url origin)" /tmp/slow.git
printf '#!/bin/sh\\ntouch /tmp/asked\\nuntil [ -e /tmp/may ]; do sleep 0.1; done\\nexec git-upload-pack "$@"\\n' >/tmp/slow
chmod +x /tmp/slow; git config remote.origin.uploadpack /tmp/slow; git config remote.origin.url /tmp/slow.git`)
    const pulling = mine.refused('git_refused', 'pull')
    await mine.sh('until [ -e /tmp/asked ]; do sleep 0.1; done; git switch -q other; touch /tmp/may')
    expect(await pulling).toContain(`"${main}" is not the current branch any more`)
    expect(await mine.sh('git branch --show-current; ls meanwhile 2>/dev/null || echo none')).toBe('other\nnone')
    await mine.sh(`git switch -q ${main}`)
    await mine.done('pull')
    expect(await mine.sh('cat meanwhile')).toBe('one')
    await mine.sh(`git config --unset remote.origin.uploadpack; rm -rf /tmp/slow /tmp/slow.git`)
  })

  it('may be unreachable, closed, or not be there at all', async () => {
    const { privateUrl, missingUrl } = server().git
    await mine.sh(`git remote set-url origin ${privateUrl}`)
    for (const verb of ['push', 'pull', 'fetch']) await mine.refused('git_credentials_required', verb)
    const withToken = privateUrl.replace('://', '://somebody:secret-token@')
    await mine.sh(`git remote set-url origin ${withToken}`)
    expect(await mine.refused('git_credentials_required', 'fetch')).not.toContain('secret-token')
    await mine.sh(`git remote set-url origin ${missingUrl}`)
    await mine.refused('git_remote_failed', 'fetch')
    await mine.sh('git remote set-url origin http://127.0.0.1:9/nothing.git')
    await mine.refused('git_remote_failed', 'push')
    await mine.sh("git remote set-url origin 'ext::sh -c touch% /tmp/run'")
    await mine.refused('git_remote_failed', 'fetch')
    expect(await mine.sh('ls /tmp/run 2>/dev/null || true')).toBe('')
    await mine.sh('git remote remove origin')
    expect(await mine.refused('git_refused', 'push')).toContain('no remote')
    await mine.sh('git checkout -q --detach')
    expect(await mine.refused('git_refused', 'push')).toContain('detached')
    for (const branch of ['--mirror', 'a b', ':main', 'a:b', 'refs/../x']) {
      await mine.refused('validation_failed', 'push', { branch })
    }
  })
})
