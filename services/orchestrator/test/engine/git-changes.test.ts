import { setTimeout as sleep } from 'node:timers/promises'
import { GitDiff, GitDiscardList, GitLog, GitStashList, Problem } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'
import { openOwnReach } from '../harness/own-reach.ts'
import { useGitStash } from '../../src/services/git-stash.ts'
import { inTree, workspace } from '../../src/services/working-tree.ts'

describeOnEngine('changes', () => {
  const server = useEngineServer()
  let api: ApiClient
  let environmentId: string
  let git: GitRepository
  beforeAll(async () => {
    api = await server().signInNew()
    environmentId = (await api.createEnvironment({ name: 'git' })).id
    git = openGitRepository(api, environmentId)
  })
  afterAll(() => api.removeEnvironment(environmentId))
  beforeEach(() => git.reset())

  const diff = async (query: string) => GitDiff.parse((await git.get('diff', `?${query}`)).body).diff
  const lastCommit = () => git.sh('git log -1 --format=%B; git show --format= --name-status')
  const discards = async () => GitDiscardList.parse((await git.get('discards')).body).discards
  const stashes = async () => GitStashList.parse((await git.get('stashes')).body).stashes
  const discard = async (body: object) => {
    const answer = await git.post('discard', body)
    expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 200 })
    return (answer.body as { discard: string }).discard
  }

  describe('a commit', () => {
    it('takes all changes, some files, or what is staged', async () => {
      await git.sh('echo x >b; echo x >c; echo x >d; rm a; git add d')
      await git.done('commit', { message: 'some', files: ['b', 'a'] })
      expect(await lastCommit()).toBe('some\n\nD\ta\nA\tb')
      expect(await git.changes()).toEqual({ c: '??', d: 'A' })
      await git.done('commit', { message: 'staged', staged: true })
      expect(await lastCommit()).toBe('staged\n\nA\td')
      const all = await git.post('commit', { message: 'all' })
      expect(all.body).toMatchObject({ success: true, commit: await git.sh('git rev-parse HEAD') })
      expect(await git.changes()).toEqual({})
      await git.refused('nothing_to_commit', 'commit', { message: 'none' })
      await git.refused('nothing_to_commit', 'commit', { message: 'none', files: ['b'] })
      await git.done('commit', { message: 'all, said better', amend: true })
      expect(await git.sh('git log --format=%s')).toBe('all, said better\nstaged\nsome\nfirst')
    })

    it('has the message as it was written, whatever it looks like', async () => {
      const message = '--amend $(touch /tmp/run) `id`\n\n# not a comment\n"quoted" ünï🙂\n\nlast'
      await git.sh('echo x >b')
      await git.done('commit', { message })
      expect(await git.sh('git log -1 --format=%B')).toBe(message)
      expect(await git.sh('ls /tmp/run 2>/dev/null || true')).toBe('')
      for (const wrong of ['', '  \n', 'a\0b']) await git.refused('validation_failed', 'commit', { message: wrong })
    })

    it('runs the hooks of the user, with paths as they know them, and says what they said', async () => {
      await git.sh(`echo x >b.ts; git add b.ts
printf '#!/bin/sh\\necho "checking $(git diff --cached --name-only -- "*.ts")"\\nexit 1\\n' >.git/hooks/pre-commit
chmod +x .git/hooks/pre-commit`)
      expect(await git.refused('git_refused', 'commit', { message: 'x', files: ['b.ts'] })).toBe('checking b.ts')
      expect(await git.changes()).toEqual({ 'b.ts': 'A' })
    })

    it("says so in git's words when the repository's own name is empty", async () => {
      await git.sh("git config user.name ''; echo >b")
      expect(await git.refused('git_refused', 'commit', { message: 'x' })).toContain('empty ident name')
    })
  })

  it('are staged and unstaged by hunks', async () => {
    await git.sh(`seq 40 >n; printf 'caf\\351\\n' >>n; git add n; git commit -qm n
sed -i 's/^2$/two/; s/^39$/thirty-nine/' n; printf 'new\\n' >u`)
    const whole = await diff('path=n')
    const hunks = whole.split(/^(?=@@ )/m)
    expect(hunks).toHaveLength(3)
    expect(whole).toContain('caf\udce9')
    await git.done('stage', { patch: `${hunks[0] ?? ''}${hunks[2] ?? ''}` })
    expect(await diff('path=n&staged=true')).toContain('+thirty-nine')
    expect(await diff('path=n')).toContain('+two')
    await git.done('unstage', { patch: await diff('path=n&staged=true') })
    expect(await diff('path=n')).toBe(whole)
    await git.done('stage', { patch: await diff('path=u') })
    expect(await git.changes()).toEqual({ n: 'M', u: 'A' })
    expect(await git.refused('git_refused', 'stage', { patch: 'nonsense' })).toMatch(/No valid patches/)
    await git.done('unstage')
    expect(await git.changes()).toEqual({ n: 'M', u: '??' })
  })

  describe('that are discarded', () => {
    it('come back byte for byte, whatever git converts', async () => {
      await git.sh(`git config filter.lossy.clean 'sed s/secret/gone/'; printf '* text=auto\\n*.lossy filter=lossy\\n' >.gitattributes
git add .gitattributes; git commit -qm attributes
printf 'new\\r\\nlines\\r\\n' >untracked; printf 'one\\r\\nchanged\\r\\n' >a; echo secret >b.lossy`)
      const before = await git.sh('git status --porcelain; sha1sum *')
      const commit = await discard({ files: ['a', 'untracked', 'b.lossy'] })
      expect(await git.changes()).toEqual({})
      await git.done('discards/restore', { discard: commit })
      expect(await git.sh('git status --porcelain; sha1sum *')).toBe(before)
    })

    it('come back exactly, untracked, deleted and executable ones, too', async () => {
      await git.sh(`echo staged >>a; git add a; echo unstaged >>a; mkdir d; printf '\\000\\377' >d/bin; chmod +x d/bin; ln -s nowhere d/link
echo x >keep; echo gone >b; git add b; git commit -qm b -- b; rm b`)
      const before = await git.sh('git status --porcelain -uall; sha1sum a d/bin; stat -c %a d/bin; readlink d/link')
      const commit = await discard({ files: ['a', 'b', 'd/bin', 'd/link'] })
      expect(await git.changes()).toEqual({ a: 'M', keep: '??' })
      expect(await git.sh('cat a b; ls d')).toBe('one\ntwo\nthree\nstaged\ngone')
      expect(await discards()).toMatchObject([{ commit, message: 'Discarded a and 3 more' }])
      expect(await git.sh('git log --branches --format=%s')).not.toContain('Discarded')
      await git.done('discards/restore', { discard: commit })
      expect(await git.sh('git status --porcelain -uall; sha1sum a d/bin; stat -c %a d/bin; readlink d/link')).toBe(
        before,
      )
      expect(await discards()).toEqual([])
      await git.refused('git_refused', 'discards/restore', { discard: commit })
    })

    it('do not come back over what was done since', async () => {
      await git.sh('echo mine >>a; echo new >n')
      const commit = await discard({ files: ['a', 'n'] })
      await git.sh('mkdir n; echo other >n/other; echo later >>a')
      const words = await git.refused('git_refused', 'discards/restore', { discard: commit })
      expect(words).toMatch(/"?[an]/)
      expect(await git.sh('cat n/other; tail -1 a')).toBe('other\nlater')
      await git.sh('rm -r n; git checkout -q a; ln -s /tmp n')
      expect(await git.refused('git_refused', 'discards/restore', { discard: commit })).toContain('"n"')
      await git.sh('rm n')
      await git.done('discards/restore', { discard: commit })
      expect(await git.sh('cat n; tail -1 a')).toBe('new\nmine')
    })

    it('can be single hunks', async () => {
      await git.sh("seq 40 >n; git add n; git commit -qm n; sed -i 's/^2$/two/; s/^39$/thirty-nine/' n")
      const hunks = (await diff('path=n')).split(/^(?=@@ )/m)
      const commit = await discard({ patch: `${hunks[0] ?? ''}${hunks[1] ?? ''}` })
      expect(await git.sh('git diff --stat --format= | tail -1; sed -n 2p n; sed -n 39p n')).toMatch(/2\nthirty-nine$/)
      await git.done('discards/restore', { discard: commit })
      expect(await git.sh('sed -n 2p n; sed -n 39p n')).toBe('two\nthirty-nine')
    })

    it('are not repositories of their own, conflicts, or nothing', async () => {
      await git.sh('git init -q nested; git -C nested -c user.name=T -c user.email=t commit -q --allow-empty -m n')
      expect(await git.refused('git_refused', 'discard', { files: ['nested/'] })).toContain('"nested/"')
      await git.refused('nothing_to_commit', 'discard', { files: ['a'] })
      await git.sh(
        'git checkout -q -b o; echo o >a; git commit -qam o; git checkout -q main; echo m >a; git commit -qam m; git merge o || true',
      )
      expect(await git.refused('git_conflict', 'discard', { files: ['a'] })).toContain('"a"')
      await git.refused('validation_failed', 'discard')
    })

    it('leave alone what stands where a file was', async () => {
      await git.sh('rm a; mkdir a; echo precious >a/x')
      await git.refused('git_refused', 'discard', { files: ['a'] })
      expect(await git.sh('cat a/x')).toBe('precious')
    })

    it('are forgotten after 30 days', async () => {
      await git.sh('echo x >>a')
      const commit = await discard({ files: ['a'] })
      await git.sh(`git update-ref refs/craftastic/discarded/$(($(date +%s) - 31 * 86400))-${commit} ${commit}
git update-ref -d $(git for-each-ref --format='%(refname)' refs/craftastic | tail -1)`)
      expect(await discards()).toEqual([])
      await git.sh('echo y >>a')
      await discard({ files: ['a'] })
      expect((await git.sh('git for-each-ref refs/craftastic')).split('\n')).toHaveLength(1)
    })
  })

  it('are named by the thousands', async () => {
    await git.sh(`mkdir many; cd many; seq 2000 | sed 's/.*/echo & >m&/' | sh; cd ..; git add .; git commit -qm many
cd many; seq 1000 | sed 's/.*/echo x >>m&/' | sh; seq 1001 2000 | sed 's/^/m/' | xargs rm; seq 2000 | sed 's/.*/: >new&/' | sh`)
    const before = await git.changes()
    const files = Object.keys(before)
    expect(files).toHaveLength(4_000)
    await git.done('stage', { files })
    expect(new Set(Object.values(await git.changes()))).toEqual(new Set(['M', 'D', 'A']))
    await git.done('unstage', { files })
    expect(await git.changes()).toEqual(before)
    const commit = await discard({ files })
    expect(await git.changes()).toEqual({})
    await git.done('discards/restore', { discard: commit })
    expect(await git.changes()).toEqual(before)
  }, 120_000)

  describe('that are put away', () => {
    /** Drops a stash while a terminal makes another one just before git drops, the first `times` times. */
    const dropAmid = async (stash: string, times: number) => {
      const reach = openOwnReach(server())
      let made = 0
      try {
        return await reach.inside(environmentId, (ssh) => {
          const run: typeof ssh.run = async (command, options) => {
            if (command.includes('drop') && made < times) {
              made += 1
              await git.sh(`echo more >>a; git stash push -q -m meanwhile-${made}`)
            }
            return ssh.run(command, options)
          }
          return useGitStash(inTree({ ...inTree(ssh, workspace), run }, workspace), stash, 'drop')
        })
      } finally {
        reach.close()
      }
    }
    const messages = async () => (await stashes()).map(({ message }) => message)

    beforeEach(() => git.sh('for name in old wanted; do echo x >>a; git stash push -q -m $name; done'))

    it('are dropped by their name, and no other ones that took their number', async () => {
      const [wanted] = await stashes()
      await dropAmid(wanted?.commit ?? '', 1)
      expect(await messages()).toEqual(['On main: meanwhile-1', 'On main: old'])
    })

    it('all stay when their numbers never stand still', async () => {
      const [wanted] = await stashes()
      await expect(dropAmid(wanted?.commit ?? '', 9)).rejects.toThrow('was not dropped')
      expect((await messages()).sort()).toEqual(
        ['meanwhile-1', 'meanwhile-2', 'meanwhile-3', 'old', 'wanted'].map((name) => `On main: ${name}`),
      )
    })
  })

  it('are put away and brought back, and a dropped stash is not lost', async () => {
    await git.sh('echo staged >>a; git add a; echo unstaged >>a; echo x >u')
    await git.done('stash', { message: '--patch; $(id)' })
    expect(await git.status()).toMatchObject({ files: [], stashes: 1 })
    const [stash] = await stashes()
    expect(stash?.message).toBe('On main: --patch; $(id)')
    await git.done('stash/use', { stash: stash?.commit, action: 'apply' })
    expect(await git.changes()).toEqual({ a: 'MM', u: '??' })
    await git.sh('git reset -q --hard; rm u')
    await git.done('stash/use', { stash: stash?.commit, action: 'drop' })
    expect(await stashes()).toEqual([])
    await git.done('discards/restore', { discard: stash?.commit })
    expect(await stashes()).toMatchObject([{ commit: stash?.commit }])
    await git.sh('echo conflicting >a; git commit -qam c')
    expect(await git.refused('git_conflict', 'stash/use', { stash: stash?.commit, action: 'pop' })).toContain('"a"')
    expect(await stashes()).toHaveLength(1)
    await git.sh('git reset -q --hard HEAD~1; rm -f u')
    await git.done('stash/use', { stash: stash?.commit, action: 'pop' })
    expect(await stashes()).toEqual([])
    expect(await git.changes()).toEqual({ a: 'MM', u: '??' })
    await git.done('stash')
    await git.refused('nothing_to_commit', 'stash')
    await git.refused('git_refused', 'stash/use', { stash: 'a'.repeat(40), action: 'apply' })
    await git.refused('validation_failed', 'stash', { message: 'two\nlines' })
  })

  describe('by several at once', () => {
    it('happen one after the other', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `f${index}`)
      await git.sh(names.map((name) => `echo x >${name}`).join('\n'))
      const answers = await Promise.all(names.map((name) => git.post('commit', { message: name, files: [name] })))
      expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200))
      const { commits } = GitLog.parse((await git.get('log')).body)
      expect(commits.map(({ subject }) => subject).sort()).toEqual([...names, 'first'].sort())
    })

    it('wait for a git in a terminal', async () => {
      await git.sh('echo x >b; touch .git/index.lock')
      const staged = git.done('stage', { files: ['b'] })
      await sleep(400)
      await git.sh('rm .git/index.lock')
      await staged
      expect(await git.changes()).toEqual({ b: 'A' })
    })

    it('do not stay stuck behind a lock that nobody holds, and leave one alone that somebody holds', async () => {
      await git.sh(
        'echo x >b; touch -d "1 minute ago" .git/index.lock; cp /bin/sleep /tmp/git; setsid /tmp/git 100 >/dev/null 2>&1 &',
      )
      expect(await git.refused('git_refused', 'stage', { files: ['b'] })).toContain('index.lock')
      await git.sh('pkill -x git; test -e .git/index.lock')
      expect(await git.done('stage', { files: ['b'] })).toContain('stale lock')
      expect(await git.changes()).toEqual({ b: 'A' })
    })
  })

  it('are nobody else’s, and need an environment that runs', async () => {
    const stranger = openGitRepository(await server().signInNew(), environmentId)
    await git.sh('echo x >b')
    for (const what of ['status', 'diff', 'log', 'branches', 'stashes', 'discards']) {
      expect((await stranger.get(what)).status, what).toBe(404)
    }
    await stranger.refused('not_found', 'commit', { message: 'x' })
    await stranger.refused('not_found', 'watch')
    const other = await api.createEnvironment({ name: 'stopped' })
    await api.request('POST', `/api/environments/${other.id}/stop`, { headers: { prefer: 'wait=30' } })
    const stopped = openGitRepository(api, other.id)
    expect(Problem.parse((await stopped.get('status')).body).code).toBe('environment_not_running')
    await stopped.refused('environment_not_running', 'stage')
    await api.removeEnvironment(other.id)
  })
})
