import { encodeGitPath, GitBranchList, GitDiff, GitLog, GitStatus, Problem } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openGitRepository, type GitRepository } from '../harness/git-repository.ts'

describeOnEngine('a repository', () => {
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
  const log = async (query = '') => GitLog.parse((await git.get('log', query)).body)
  const branches = async () => GitBranchList.parse((await git.get('branches')).body).branches
  const code = async (what: string) => Problem.parse((await git.get(what)).body).code

  it('is not there at first', async () => {
    await git.sh('find . -mindepth 1 -delete')
    expect(await git.status()).toMatchObject({ repository: false, branch: '', files: [] })
    for (const what of ['diff', 'log', 'branches', 'stashes', 'discards'])
      expect(await code(what)).toBe('no_repository')
    await git.refused('no_repository', 'stage')
  })

  it('has no commit yet', async () => {
    await git.sh('find . -mindepth 1 -delete; git init -q -b trunk .; echo x >new; echo y >staged; git add staged')
    expect(await git.status()).toMatchObject({
      repository: true,
      branch: 'trunk',
      commit: null,
      files: [
        { path: 'staged', status: 'A', staged: true, unstaged: false },
        { path: 'new', status: '??' },
      ],
    })
    expect(await log()).toEqual({ commits: [], next: null })
    expect(await log('?all=true')).toEqual({ commits: [], next: null })
    expect(await branches()).toEqual([])
    expect(await diff('path=staged&staged=true')).toContain('+y')
    await git.done('unstage', { files: ['staged'] })
    expect(await git.changes()).toEqual({ new: '??', staged: '??' })
    await git.post('discard', { files: ['new'] })
    expect(await git.changes()).toEqual({ staged: '??' })
    await git.sh('git config user.name T; git config user.email t@example.org')
    await git.done('commit', { message: 'the first', files: ['staged'] })
    expect((await log()).commits).toMatchObject([{ subject: 'the first', parents: [] }])
  })

  it('shows every kind of change', async () => {
    await git.sh(`printf '\\000\\001' >binary; echo x >mode; echo x >gone; echo x >retyped; seq 50 >old; ln -s a link
git init -q -b main sub; git -C sub -c user.name=T -c user.email=t@t commit -q --allow-empty -m s
git -c advice.addEmbeddedRepo=false add . && git commit -qm kinds
printf '\\000\\002' >binary; chmod +x mode; rm gone retyped; ln -s a retyped; git mv old new; echo 51 >>new; ln -sf b link
git -C sub -c user.name=T -c user.email=t@t commit -q --allow-empty -m t
echo ignored >.gitignore; echo x >ignored; echo four >>a; git add a; echo five >>a`)
    const { files } = await git.status()
    expect(Object.fromEntries(files.map(({ path, ...file }) => [path, file]))).toMatchObject({
      a: { status: 'MM', staged: true, unstaged: true },
      binary: { status: 'M', staged: false, unstaged: true },
      mode: { status: 'M' },
      gone: { status: 'D' },
      retyped: { status: 'T' },
      link: { status: 'M' },
      new: { status: 'RM', origPath: 'old', staged: true, unstaged: true },
      sub: { status: 'M', submodule: true },
      '.gitignore': { status: '??' },
    })
    expect(files).toHaveLength(9)
    expect(await diff('path=binary')).toMatch(/Binary files a\/binary and b\/binary differ/)
    expect(await diff('path=mode')).toMatch(/old mode 100644\nnew mode 100755/)
    expect(await diff('path=link')).toMatch(/-a\n.*\n\+b/)
    expect(await diff('path=sub')).toMatch(/-Subproject commit .*\n\+Subproject commit/)
    expect(await diff('path=new&origPath=old&staged=true')).toMatch(
      /similarity index .*\nrename from old\nrename to new/,
    )
    expect(await diff('path=a&staged=true')).toContain('+four')
    expect(await diff('path=a')).toContain('+five')
    expect(await diff('path=ignored')).toBe('')
  })

  it('keeps every path exactly, and takes it back', async () => {
    await git.sh(`mkdir -p d :
for name in ' lead' 'two  spaces' '-rf' '--' '-' '*.c' ':(top)x' ':/y' '"q"' "it's" 'back\\\\slash' '$(id)' 'ünï🙂' 'd/\`id\`'; do
  echo "$name" >"$name"; done
printf x >"$(printf 'line\\nbreak\\tTab')"; printf x >"$(printf 'bad\\377\\200end')"; printf x >"$(printf 'latin\\344')"`)
    const { files } = await git.status()
    const paths = files.map(({ path }) => path)
    expect(paths).toHaveLength(17)
    expect(paths).toEqual(
      expect.arrayContaining(['-rf', '-', ':(top)x', 'line\nbreak\tTab', 'bad\udcff\udc80end', '*.c']),
    )
    for (const path of paths) {
      const shown = await diff(`path=${encodeGitPath(path)}`)
      expect(shown.match(/^diff --git/gm), path).toHaveLength(1)
      expect(shown, path).toContain('new file mode 100644')
      await git.done('stage', { files: [path] })
    }
    expect(new Set(Object.values(await git.changes()))).toEqual(new Set(['A']))
    await git.done('unstage', { files: paths })
    const half = paths.slice(0, 9)
    await git.done('commit', { message: 'odd names', files: half })
    expect(Object.keys(await git.changes()).sort()).toEqual(paths.slice(9).sort())
    const discarded = await git.post('discard', { files: paths.slice(9) })
    expect(discarded.status).toBe(200)
    expect(await git.changes()).toEqual({})
    await git.done('discards/restore', { discard: (discarded.body as { discard: string }).discard })
    expect(Object.keys(await git.changes()).sort()).toEqual(paths.slice(9).sort())
  })

  it('refuses what is no path, and paths outside', async () => {
    for (const path of ['/etc/passwd', 'a\0b', '\ud800', '']) {
      await git.refused('validation_failed', 'stage', { files: [path] })
    }
    await git.refused('git_refused', 'stage', { files: ['../etc'] })
    await git.refused('git_refused', 'stage', { files: ['not there'] })
    for (const query of ['path=%2Fetc', 'commit=--output%3Dx', 'unknown=1']) {
      expect((await git.get('diff', `?${query}`)).status, query).toBe(400)
    }
  })

  it('says how far a diff was cut', async () => {
    await git.sh('seq 400000 >big')
    const cut = GitDiff.parse((await git.get('diff', '?path=big')).body)
    expect(cut.truncated).toBe(true)
    expect(cut.diff.length).toBeLessThanOrEqual(1024 * 1024)
    expect(cut.diff).toMatch(/\+\d+\n$/)
  })

  describe('in the middle of something', () => {
    const conflict = `git checkout -q -b other; echo theirs >a; git commit -qam theirs
git checkout -q main; echo ours >a; git commit -qam ours`

    it.each([
      ['merge', 'git merge other || true', 'main'],
      ['rebase', 'git rebase other || true', ''],
      ['cherry-pick', 'git cherry-pick other || true', 'main'],
      ['revert', 'git revert --no-edit HEAD~1 || true', 'main'],
    ])('a %s shows its conflict, and is undone with a way back', async (operation, begin, branch) => {
      await git.sh(`${conflict}\n${begin}`)
      expect(await git.status()).toMatchObject({ operation, branch, detached: branch === '' })
      expect((await git.status()).files).toMatchObject([
        {
          path: 'a',
          status: operation === 'revert' ? expect.stringMatching(/U/) : 'UU',
          conflicted: true,
          staged: false,
        },
      ])
      expect(await diff('path=a')).toMatch(/^(?:diff --cc|\* Unmerged path) a$/m)
      expect(await git.refused('git_conflict', 'commit', { message: 'x' })).toContain('"a"')
      expect(await git.refused('git_conflict', 'stage')).toContain('"a"')
      expect(await git.refused('git_conflict', 'operation', { action: 'continue' })).toContain('"a"')
      await git.sh('echo half resolved >a')
      await git.done('operation', { action: 'abort' })
      expect(await git.status()).toMatchObject({ operation: null, branch: 'main', files: [] })
      const { body } = await git.get('discards')
      const { discards } = body as { discards: { commit: string; message: string }[] }
      expect(discards[0]?.message).toBe(`Before the ${operation} was undone`)
      await git.done('discards/restore', { discard: discards[0]?.commit })
      expect(await git.sh('cat a')).toBe('half resolved')
      await git.refused('git_refused', 'operation', { action: 'abort' })
    })

    it('goes on once the conflict is resolved and staged', async () => {
      await git.sh(`${conflict}\ngit rebase other || true\necho both >a`)
      await git.done('stage', { files: ['a'] })
      await git.done('operation', { action: 'continue' })
      expect(await git.status()).toMatchObject({ operation: null, branch: 'main', files: [] })
      expect((await log()).commits.map(({ subject }) => subject)).toEqual(['ours', 'theirs', 'first'])
    })
  })

  it('lists commits page by page, parallel branches among them', async () => {
    await git.sh(`for i in 1 2 3; do GIT_COMMITTER_DATE="2030-01-0$i 00:00 +0000" git commit -q --allow-empty -m "main $i"; done
git checkout -q -b side HEAD~2
for i in 1 2 3; do GIT_COMMITTER_DATE="2030-01-0$i 12:00 +0000" git commit -q --allow-empty -m "side $i" -m "# body"; done
git tag v1; git checkout -q main; GIT_COMMITTER_DATE="2030-01-05 00:00 +0000" git merge -q --no-ff -m merged side`)
    const whole = await log()
    expect(whole.next).toBeNull()
    expect(whole.commits.map(({ subject }) => subject)).toEqual([
      'merged',
      'side 3',
      'main 3',
      'side 2',
      'main 2',
      'side 1',
      'main 1',
      'first',
    ])
    expect(whole.commits[0]).toMatchObject({
      refs: ['HEAD', 'main'],
      pushed: false,
      committedAt: '2030-01-05T00:00:00.000Z',
    })
    expect(whole.commits[0]?.parents).toHaveLength(2)
    expect(whole.commits[1]).toMatchObject({ body: '# body', refs: ['tag: v1', 'side'], author: { name: 'Tester' } })
    const paged: string[] = []
    let next: string | null = null
    do {
      const page = await log(`?limit=3${next === null ? '' : `&before=${next}`}`)
      paged.push(...page.commits.map(({ commit }) => commit))
      next = page.next
    } while (next !== null)
    expect(paged).toEqual(whole.commits.map(({ commit }) => commit))
    const merge = whole.commits[0]?.commit ?? ''
    expect(await diff(`commit=${merge}`)).toBe('')
    expect(await diff(`commit=${paged.at(-1) ?? ''}`)).toContain('+three')
  })

  it('lists and shows commits, whatever the configuration adds to them', async () => {
    // Signed by nobody, which is all that it takes.
    await git.sh(`git config log.showSignature true
signature='gpgsig -----BEGIN SSH SIGNATURE-----\\n AAAA\\n -----END SSH SIGNATURE-----'
git reset -q --hard "$(git cat-file commit HEAD | sed "/^committer/a $signature" | git hash-object -t commit -w --stdin)"`)
    const { commits } = await log()
    expect(commits).toMatchObject([{ subject: 'first', commit: await git.sh('git rev-parse HEAD') }])
    expect(await diff(`commit=${commits[0]?.commit ?? ''}`)).toMatch(/^diff --git a\/a b\/a\n/)
  })

  it('keeps an ignored file that another branch follows', async () => {
    await git.sh(`git checkout -q -b other; echo theirs >env; git add env; git commit -qm env; git checkout -q main
echo env >.git/info/exclude; echo mine >env`)
    for (const more of [{ branch: 'other' }, { branch: 'third', create: true, from: 'other' }]) {
      expect(await git.refused('git_refused', 'checkout', more)).toContain('env')
      expect(await git.sh('cat env; git branch --show-current')).toBe('mine\nmain')
    }
    await git.sh('rm env')
    await git.done('checkout', { branch: 'other' })
    expect(await git.sh('cat env')).toBe('theirs')
  })

  it('has branches, and changes between them', async () => {
    await git.done('checkout', { branch: 'feature', create: true })
    await git.sh('echo x >b; git add b; git commit -qm "on feature"; git branch --set-upstream-to=main')
    expect(await branches()).toMatchObject([
      { name: 'feature', current: true, remote: false, upstream: 'main', ahead: 1, behind: 0, subject: 'on feature' },
      { name: 'main', current: false, worktree: null },
    ])
    expect(await git.status()).toMatchObject({ branch: 'feature', upstream: 'main', ahead: 1, behind: 0 })
    // Its upstream is a branch of this repository, and there is no remote.
    expect((await log()).commits.map(({ pushed }) => pushed)).toEqual([false, false])
    await git.done('checkout', { branch: 'main' })
    await git.sh('echo local >b')
    expect(await git.refused('git_refused', 'checkout', { branch: 'feature' })).toContain('b')
    expect(await git.sh('cat b')).toBe('local')
    await git.refused('git_refused', 'checkout', { branch: 'nowhere' })
    for (const branch of ['-f', '--orphan', 'a..b', '@{-1}', 'x:y', 'a b']) {
      await git.refused('validation_failed', 'checkout', { branch })
    }
    await git.sh('git checkout -q --detach')
    expect(await git.status()).toMatchObject({
      detached: true,
      branch: '',
      commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    })
  })

  it('with 50,000 changed files answers whole, and soon', async () => {
    await git.sh(`mkdir many; cd many; seq 25000 | sed 's/.*/echo & >m&/' | sh; cd ..; git add .; git commit -qm many
cd many; seq 25000 | sed 's/.*/echo x >>m&/' | sh; seq 25000 | sed 's/.*/: >new&/' | sh`)
    await git.status()
    const beganAt = performance.now()
    let longestMs = 0
    let last = performance.now()
    const ticking = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last)
      last = performance.now()
    }, 5)
    const answer = await fetch(`${api.baseUrl}/api/git/status/${environmentId}`, {
      headers: { authorization: `Bearer ${api.accessToken ?? ''}` },
    })
    const body = await answer.text()
    clearInterval(ticking)
    const tookMs = performance.now() - beganAt
    const status = GitStatus.parse(JSON.parse(body))
    expect(status.files).toHaveLength(50_000)
    expect(status.truncated).toBe(false)
    // Generous: what it takes on a quiet machine is for the benchmark.
    expect(tookMs).toBeLessThan(15_000)
    expect(longestMs).toBeLessThan(2_000)
  }, 120_000)
})
