/** Sessions on a branch of their own: several agents work in one repository, each in its own worktree. */
import { GitStatus, Problem, Session, SessionDeleted, SessionWorktree } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { openTerminal } from '@craftastic/testing/terminal-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { askTmux } from '../harness/engine-cli.ts'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { followEvents } from '../harness/follow-events.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'

const worktrees = '/workspace/.worktrees'

describeOnEngine('sessions on a branch of their own', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let git: GitRepository
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'side by side' })).id
    git = openGitRepository(api, environmentId)
  })
  afterAll(() => api.removeEnvironment(environmentId))
  beforeEach(async () => {
    await server().database.db.deleteFrom('sessions').where('environment_id', '=', environmentId).execute()
    await git.reset()
  })

  const open = (branch: string, more: object = {}) => api.createSession({ environmentId, branch, ...more })
  const ask = (branch: string, more: object = {}) =>
    api.request('POST', '/api/sessions', { body: { environmentId, branch, ...more } })
  const refuse = async (branch: string, more: object = {}) => {
    const answer = await ask(branch, more)
    const { code, detail } = Problem.parse(answer.body)
    return { status: answer.status, code, detail }
  }
  const remove = async ({ id }: Session) =>
    (await api.expect(200, SessionDeleted, 'DELETE', `/api/sessions/${id}`)).worktree
  const look = ({ id }: Session) => api.expect(200, SessionWorktree, 'GET', `/api/sessions/${id}/worktree`)
  const update = ({ id }: Session, status: string) =>
    api.expect(200, Session, 'PATCH', `/api/sessions/${id}`, { body: { status } })
  const statusOf = ({ id }: Session) =>
    api.expect(200, GitStatus, 'GET', `/api/git/status/${environmentId}?sessionId=${id}`)
  const directoryOf = ({ tmuxSessionName }: Session) =>
    askTmux(environmentId, 'display-message', '-p', '-t', `=${tmuxSessionName}:`, '#{pane_current_path}')
  const branches = async () => (await git.sh("git for-each-ref --format='%(refname:short)' refs/heads")).split('\n')
  const commit = async ({ id }: Session, message: string) => git.done('commit', { sessionId: id, message })

  it('commit side by side, and the workspace sees none of it', async () => {
    const [login, search] = [await open('feature/login', { name: 'login' }), await open('search')]
    expect(login).toMatchObject({ branch: 'feature/login', workingDirectory: `${worktrees}/feature-login` })
    expect(await directoryOf(login)).toBe(`${worktrees}/feature-login`)
    expect(await directoryOf(search)).toBe(`${worktrees}/search`)

    await git.sh(`echo login >${worktrees}/feature-login/login; echo search >>${worktrees}/search/a`)
    expect(await statusOf(login)).toMatchObject({ branch: 'feature/login', files: [{ path: 'login', status: '??' }] })
    expect(await statusOf(search)).toMatchObject({ branch: 'search', files: [{ path: 'a', status: 'M' }] })
    expect(await git.status()).toMatchObject({ branch: 'main', files: [] })

    await Promise.all([commit(login, 'Sign in'), commit(search, 'Search')])
    expect(
      await git.sh('git log --format=%s main; git log --format=%s feature/login; git log --format=%s search'),
    ).toBe('first\nSign in\nfirst\nSearch\nfirst')
    await git.sh('git add --all && git diff --cached --quiet && test ! -e .gitignore')
  })

  it('have each verb of the panel for themselves', async () => {
    const session = await open('panel')
    const sessionId = session.id
    const tree = `${worktrees}/panel`
    const inTree = (script: string) => git.sh(`cd ${tree}\n${script}`)
    await inTree('echo four >>a; echo new >b')
    await git.done('stage', { sessionId, files: ['a'] })
    expect((await statusOf(session)).files).toMatchObject([{ path: 'a', staged: true }, { path: 'b' }])
    await git.done('unstage', { sessionId })
    const query = `?sessionId=${sessionId}`
    expect((await git.get('diff', `${query}&path=a`)).body).toMatchObject({
      diff: expect.stringContaining('\n+four\n'),
    })
    expect((await git.get('diff', '?path=a')).body).toMatchObject({ diff: '' })
    await git.done('discard', { sessionId, files: ['a', 'b'] })
    expect(await inTree('git status --short')).toBe('')
    const { discards } = (await git.get('discards', query)).body as { discards: { commit: string }[] }
    await git.done('discards/restore', { sessionId, discard: discards[0]?.commit })
    expect(await inTree('git status --short')).toBe('M a\n?? b')
    await git.done('stash', { sessionId, message: 'later' })
    const { stashes } = (await git.get('stashes', query)).body as { stashes: { commit: string }[] }
    await git.done('stash/use', { sessionId, stash: stashes[0]?.commit, action: 'pop' })
    await commit(session, 'in the tree')
    await git.done('checkout', { sessionId, branch: 'other', create: true })
    expect(await statusOf(session)).toMatchObject({ branch: 'other', files: [] })
    expect((await git.get('log', query)).body).toMatchObject({ commits: [{ subject: 'in the tree' }, {}] })
    expect((await git.get('log')).body).toMatchObject({ commits: [{ subject: 'first' }] })
    expect(await git.status()).toMatchObject({ branch: 'main', files: [], stashes: 0 })
    await inTree('touch .git-lock; lock=$(git rev-parse --git-path index.lock); touch -d "1 minute ago" "$lock"')
    expect(await git.done('stage', { sessionId })).toContain('stale lock')
  })

  it('are told of changes of their worktree', async () => {
    const session = await open('watched')
    const stream = await followEvents(api, '/api/events')
    await git.post('watch', { sessionId: session.id })
    await expect.poll(() => stream.git.length, { timeout: 20_000 }).toBe(1)
    await git.sh(`echo x >${worktrees}/watched/new`)
    await expect.poll(() => stream.git.length, { timeout: 20_000 }).toBe(2)
    stream.close()
  })

  it('track a branch that only the remote has, and check one out that is here', async () => {
    await git.sh(`git clone -q --bare . /tmp/remote.git 2>/dev/null || true
git remote add origin /tmp/remote.git
git push -q origin HEAD:refs/heads/theirs && git fetch -q && git branch here`)
    const theirs = await open('theirs')
    expect(await statusOf(theirs)).toMatchObject({ branch: 'theirs', upstream: 'origin/theirs' })
    const here = await open('here')
    expect(await statusOf(here)).toMatchObject({ branch: 'here', upstream: null })
    expect(await remove(here)).toMatchObject({ keptBecause: null })
    expect(await remove(theirs)).toMatchObject({ keptBecause: null })
    expect(await branches(), 'the one that was made for its session goes with it').toEqual(['here', 'main'])
    await git.sh('rm -rf /tmp/remote.git')
  })

  it('run no hook of the repository while their place is made', async () => {
    await git.sh(
      "printf '#!/bin/sh\\ntouch /tmp/hooked\\n' >.git/hooks/post-checkout; chmod +x .git/hooks/post-checkout",
    )
    await open('hooked')
    expect(await git.sh('test ! -e /tmp/hooked && echo none')).toBe('none')
  })

  describe('whose branch', () => {
    it('is in use are refused, with a name that is free', async () => {
      const first = await open('busy', { name: 'first' })
      await git.sh('git branch busy-2')
      expect(await refuse('busy')).toEqual({
        status: 409,
        code: 'branch_in_use',
        detail:
          'The branch "busy" is in use. The session "first" works on it. Choose another branch, such as "busy-3".',
      })
      expect(await refuse('main')).toMatchObject({
        code: 'branch_in_use',
        detail: expect.stringContaining('"/workspace"'),
      })
      await git.sh('git worktree add -q -b elsewhere /tmp/elsewhere')
      expect((await refuse('elsewhere')).detail).toContain('"/tmp/elsewhere"')
      await git.sh('git worktree remove /tmp/elsewhere')
      expect(await refuse('other', { name: 'first' })).toMatchObject({ status: 409, code: 'name_taken' })
      expect(await branches()).not.toContain('other')
      await remove(first)
    })

    it('two ask for at once has one of them', async () => {
      const answers = await Promise.all([ask('both'), ask('both'), ask('both')])
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409])
    })

    it('is called oddly have a directory of their own', async () => {
      const odd = ['a-b', 'a/b', "it's#$(touch;x)", 'größe/π', 'x'.repeat(200), 'refs/heads/x', '@@']
      for (const branch of odd) {
        const session = await open(branch)
        expect(await statusOf(session)).toMatchObject({ branch })
        expect(await directoryOf(session)).toBe(session.workingDirectory)
      }
      expect(await git.status()).toMatchObject({ files: [] })
      for (const branch of ['-x', 'a..b', 'a b', '', 'x.lock', 'a\nb', '../x', 'x/'])
        expect(await refuse(branch), branch).toMatchObject({ status: 400 })
      expect(await refuse('HEAD')).toMatchObject({ status: 409, code: 'git_refused' })
      expect(await refuse('a-b/c')).toMatchObject({ status: 409, code: 'git_refused' })
      expect(await refuse('c', { workingDirectory: '/tmp' })).toMatchObject({ status: 400 })
    })

    it('has nothing to begin at are told', async () => {
      await git.sh('git checkout -q --orphan empty')
      expect(await refuse('x')).toMatchObject({ code: 'git_refused', detail: expect.stringContaining('no commit yet') })
      await git.sh('rm -rf .git')
      expect(await refuse('x')).toMatchObject({ status: 409, code: 'no_repository' })
    })
  })

  describe('when they are deleted', () => {
    it('take a clean worktree and its branch with them', async () => {
      const session = await open('clean')
      expect(await look(session)).toEqual({
        path: `${worktrees}/clean`,
        branch: 'clean',
        changedFiles: 0,
        ownCommits: 0,
        keptBecause: null,
      })
      expect(await remove(session)).toMatchObject({ keptBecause: null })
      expect(await git.sh(`test ! -e ${worktrees}/clean && git worktree list | wc -l`)).toBe('1')
      expect(await branches()).toEqual(['main'])
      const plain = await api.createSession({ environmentId })
      expect((await api.request('GET', `/api/sessions/${plain.id}/worktree`)).status).toBe(404)
      expect(await remove(plain)).toBeNull()
    })

    it('leave work behind, say so, and a session on the branch goes on with it', async () => {
      const session = await open('work')
      await git.sh(
        `cd ${worktrees}/work && echo 1 >kept && git add kept && git commit -qm kept && echo 2 >>a && echo 3 >b`,
      )
      const keptBecause = 'it holds 2 changed files and 1 commit that no other branch has'
      const seen = { path: `${worktrees}/work`, branch: 'work', changedFiles: 2, ownCommits: 1, keptBecause }
      expect(await look(session)).toEqual(seen)
      expect(await remove(session)).toEqual(seen)
      expect(await git.sh(`cat ${worktrees}/work/kept ${worktrees}/work/b`)).toBe('1\n3')

      const again = await open('work')
      expect(again.workingDirectory).toBe(session.workingDirectory)
      expect(await statusOf(again)).toMatchObject({ branch: 'work', files: [{ path: 'a' }, { path: 'b' }] })
      await git.sh(`cd ${worktrees}/work && git checkout -q a && rm b && cd /workspace && git merge -q work`)
      expect(await remove(again)).toMatchObject({ ownCommits: 0, keptBecause: null })
      expect(await git.sh(`test ! -e ${worktrees}/work && git log -1 --format=%s`)).toBe('kept')
    })

    it('leave what git is in the middle of', async () => {
      const session = await open('rebasing')
      await git.sh(`cd ${worktrees}/rebasing && echo x >a && git commit -qam ours
cd /workspace && echo y >a && git commit -qam theirs
cd ${worktrees}/rebasing && ! git rebase -q main 2>/dev/null && git checkout -q --theirs a && git reset -q --hard`)
      expect((await remove(session))?.keptBecause).toContain('an operation that is not finished')
    })

    it('leave it while nobody can look at it', async () => {
      const session = await open('asleep')
      const stop = () =>
        api.request('POST', `/api/environments/${environmentId}/stop`, { headers: { prefer: 'wait=60' } })
      await stop()
      expect((await api.request('GET', `/api/sessions/${session.id}/worktree`)).status).toBe(409)
      expect((await remove(session))?.keptBecause).toContain('does not run')
      await api.request('POST', `/api/environments/${environmentId}/start`, { headers: { prefer: 'wait=60' } })
      expect(await git.sh(`ls ${worktrees}`)).toBe('asleep')
      expect((await open('asleep')).workingDirectory).toBe(session.workingDirectory)
    }, 60_000)

    it('are gone whatever became of the repository', async () => {
      const [first, second] = [await open('first'), await open('second')]
      await git.sh(`rm -rf ${worktrees}/first`)
      expect(await remove(first)).toMatchObject({ branch: null, keptBecause: null })
      expect(await git.sh('git worktree list | grep -c first || true')).toBe('0')
      await git.sh('rm -rf .git')
      expect((await remove(second))?.keptBecause).toMatch(/git does not know it|could not look/)
    })
  })

  describe('find their worktree', () => {
    it('again when the environment was stopped', async () => {
      const session = await open('steady')
      await git.sh(`echo x >${worktrees}/steady/unsaved`)
      const wait = { headers: { prefer: 'wait=60' } }
      await api.request('POST', `/api/environments/${environmentId}/stop`, wait)
      await api.request('POST', `/api/environments/${environmentId}/start`, wait)
      await expect.poll(() => directoryOf(session), { timeout: 10_000 }).toBe(`${worktrees}/steady`)
      expect((await statusOf(session)).files).toMatchObject([{ path: 'unsaved' }])
    }, 60_000)

    it('made again when it was removed, by whoever starts them anew', async () => {
      const session = await open('removed')
      await git.sh(`rm -rf ${worktrees}/removed`)
      expect(await statusOf(session)).toMatchObject({ repository: false })
      const refused = Problem.parse((await git.post('stage', { sessionId: session.id })).body)
      expect(refused).toMatchObject({ code: 'no_repository', detail: expect.stringContaining('is gone') })

      const target = { baseUrl: api.baseUrl, accessToken: api.accessToken ?? '', sessionId: session.id }
      const looking = await openTerminal(target)
      await looking.waitFor(/\$ /)
      expect(await git.sh(`ls ${worktrees}`), 'a running session is left alone').toBe('')
      await looking.close()

      await update(session, 'dead')
      const terminal = await openTerminal(target)
      await terminal.waitFor(/has been made again from the branch "removed"/)
      await terminal.close()
      expect(await statusOf(session)).toMatchObject({ repository: true, branch: 'removed' })

      await git.sh(`git worktree remove ${worktrees}/removed && git checkout -q removed`)
      await update(session, 'dead')
      await update(session, 'inactive')
      const told = await openTerminal(target)
      await told.waitFor(/could not be made again/)
      await told.close()
    })

    it('and never take the workspace for it', async () => {
      const session = await open('broken')
      await git.sh(`rm ${worktrees}/broken/.git`)
      expect(await statusOf(session)).toMatchObject({ repository: false })
      expect((await git.post('commit', { sessionId: session.id, message: 'x' })).status).toBe(409)
      expect((await remove(session))?.keptBecause).toContain('git does not know it any more')
      expect((await refuse('broken')).detail).toContain('no worktree any more')
    })
  })

  it('take over what a server left behind that was killed before the session was written down', async () => {
    const before = await open('cut')
    await server().database.db.deleteFrom('sessions').where('id', '=', before.id).execute()
    const again = await open('cut')
    expect(again.workingDirectory).toBe(before.workingDirectory)
  })

  it('are made from what a git left behind that was killed while it filled the worktree', async () => {
    // A filter that hangs keeps git at it.
    await git.sh(`git config filter.hang.smudge 'sleep 300'
echo 'b filter=hang' >.gitattributes && echo b >b && git add . && git commit -qm hang && git config filter.hang.clean cat`)
    const asked = refuse('slow')
    await expect.poll(() => git.sh('pgrep -fc "^sleep 300" || true')).not.toBe('0')
    expect(await git.sh('git worktree list --porcelain | grep locked')).toBe('locked initializing')
    await git.sh('pkill -9 -x git; pkill -f "^sleep 300"; git config --remove-section filter.hang')
    expect(await asked).toMatchObject({ status: 409, code: 'git_refused' })
    expect(await git.sh('git worktree list --porcelain | grep locked')).toBe('locked initializing')

    const session = await open('slow')
    expect(await statusOf(session)).toMatchObject({ branch: 'slow', files: [] })
    expect(await git.sh('git worktree list --porcelain | grep -c locked || true')).toBe('0')
  })

  it('are asked for by the sessions of their own environment only', async () => {
    const other = await api.createEnvironment({ name: 'other' })
    const session = await api.createSession({ environmentId: other.id })
    const answers = [
      await git.get('status', `?sessionId=${session.id}`),
      await git.post('stage', { sessionId: session.id }),
      await git.post('watch', { sessionId: session.id }),
      await git.get('log', '?sessionId=not-an-id'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 400])
    await api.removeEnvironment(other.id)
  })
})
