/** Kept work builds on a history: that goes along, or a restore finds it where it was when the work was kept. */
import { Environment, OperationWithLog } from '@craftastic/contract'
import type { ApiClient } from '@craftastic/testing/api-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openKeptWork, type KeptWorkClient } from '../harness/kept-work.ts'

const identity = 'git config --global user.email me@example.org; git config --global user.name Me'

const lookAt = `git status --porcelain --branch --untracked-files=all; git for-each-ref refs/heads refs/tags refs/stash
git log --format='%H %s' --all --not --remotes; git diff; git diff --cached`

describeOnEngine('the history that kept work builds on', { timeout: 180_000 }, () => {
  const server = useEngineServer({ env: { KEPT_WORK_MAX_SIZE: '60m' } })
  let api: ApiClient
  let work: KeptWorkClient
  /** An environment of the repository, which is too large to be kept with all of its history. */
  let other: string
  beforeAll(async () => {
    api = await server().signInNew()
    work = openKeptWork(api)
    other = await create('other', server().git.writableUrl)
    await work.sh(other, 'head -c 36000000 /dev/urandom >large; git add large; git commit -qm large; git push -q')
  }, 180_000)
  afterAll(() => work.remove(other))

  async function create(name: string, repositoryUrl?: string): Promise<string> {
    const { id } = await api.createEnvironment({ name, ...(repositoryUrl === undefined ? {} : { repositoryUrl }) })
    await work.sh(id, identity)
    return id
  }

  it('is left to its host when it is large, and found there by files, index, worktrees, branches and stashes', async () => {
    const id = await create('large', server().git.writableUrl)
    const script = `${lookAt}; git -C .worktrees/fix status --porcelain --branch; cat .worktrees/fix/new
git -C .worktrees/loose log -1 --format=%H; git -C .worktrees/loose status --porcelain --branch`
    await work.sh(
      id,
      `git switch -qc feature; echo one >>README.md; git commit -qam one; echo stashed >>README.md; git stash -q
echo staged >staged; git add staged; echo more >>staged; echo /.worktrees/ >>.git/info/exclude
git worktree add -q --no-track -b fix .worktrees/fix HEAD~; cd .worktrees/fix; echo new >new; echo x >>README.md; git commit -qam fix
git worktree add -q --detach ../loose HEAD~; cd ../loose; echo loose >>README.md; git commit -qam loose`,
    )
    const before = await work.sh(id, script)
    const kept = await work.keep(id)
    expect(kept).toMatchObject({ isComplete: false, stashes: 1 })
    expect(kept?.bytes).toBeLessThan(100_000)
    const restored = await work.restore(kept)
    expect(await work.sh(restored, script)).toBe(before)
    await work.remove(restored)
  })

  it('goes along where only a remote has it that a restore does not clone', async () => {
    const id = await create('fork', server().git.writableUrl)
    await work.sh(
      id,
      `git remote add upstream ${server().git.writableUrl}; git switch -qc theirs; echo theirs >theirs; git add theirs
git commit -qm theirs; git push -q upstream theirs; git switch -qc mine; echo mine >mine; git add mine; git commit -qm mine; echo more >>mine`,
    )
    const script = `git status --porcelain; git log -2 --format=%s; git remote`
    const before = await work.sh(id, script)
    const kept = await work.keep(id)
    expect(kept).toMatchObject({ isComplete: false, commits: 1 })
    await work.sh(other, 'git push -q origin :theirs')
    const restored = await work.restore(kept)
    expect(await work.sh(restored, script)).toBe(before)
    await work.remove(restored)
  })

  it('goes along when the address of the remote is another one by now', async () => {
    const { git } = server()
    const id = await create('moved', git.projectUrl)
    await work.sh(id, `git remote set-url origin ${git.writableUrl}; git fetch -q; git merge -q --ff-only`)
    await work.sh(id, 'git switch -qc mine; echo mine >mine; git add mine; git commit -qm mine; echo more >>mine')
    const script = `git status --porcelain; git log -2 --format=%s; git remote get-url origin; git rev-parse origin/${git.projectBranch}`
    const before = await work.sh(id, script)
    const restored = await work.restore(await work.keep(id))
    expect(await work.sh(restored, script)).toBe(before)
    await work.remove(restored)
  })

  it('may end somewhere, in the workspace and in a repository inside it', async () => {
    const { git } = server()
    const id = await create('shallow')
    await work.sh(
      id,
      `git clone -q --depth 1 ${git.projectUrl} .; git switch -qc mine; echo mine >>README.md; git commit -qam mine
echo more >>README.md; git clone -q --depth 1 ${git.projectUrl} inside; cd inside; echo inside >>README.md`,
    )
    const script = `for at in . inside; do cd /workspace/$at; git status --porcelain; git log --format='%h %s' | cat; git diff; done`
    const before = await work.sh(id, script)
    const kept = await work.keep(id)
    expect(kept).toMatchObject({ isComplete: false, commits: 1, files: 2, repositoryUrl: null })
    const restored = await work.restore(kept)
    expect(await work.sh(restored, script)).toBe(before)
    expect(await work.sh(restored, `git fetch -q --unshallow; git log --format=%s | wc -l`)).toBe(
      String(git.projectCommits + 1),
    )
    await work.remove(restored)
  })

  it('is fetched again for repositories that lack a part of it or are large', async () => {
    const { git } = server()
    const id = await create('partial')
    await work.sh(
      id,
      `git clone -q --filter=blob:none --no-checkout ${git.writableUrl} .; git sparse-checkout set docs; git checkout -q
git switch -qc mine; echo mine >>README.md; git commit -qam mine; echo more >>README.md
git clone -q ${git.writableUrl} inside; cd inside; echo inside >>README.md; git tag here; git switch -qc topic`,
    )
    const script = `for at in . inside; do cd /workspace/$at; git status --porcelain --branch --untracked-files=no; git log -3 --format='%h %s'; git diff; git tag; done`
    const before = await work.sh(id, script)
    const kept = await work.keep(id)
    expect(kept?.bytes).toBeLessThan(100_000)
    expect(kept).toMatchObject({ isComplete: false, commits: 1, files: 2 })
    const restored = await work.restore(kept)
    expect(await work.sh(restored, script)).toBe(before)
    await work.remove(restored)
  })

  it('is said to be gone when it is, and what needs none of it is brought back', async () => {
    const id = await create('gone')
    await work.sh(id, `git clone -q ${server().git.writableUrl} inside; echo x >>inside/README.md; echo file >file`)
    await work.sh(id, `git -C inside remote set-url origin ${server().git.missingUrl}`)
    const restored = await work.restore(await work.keep(id))
    expect(await work.sh(restored, 'cat file')).toBe('file')
    const { operation } = await api.expect(200, Environment, 'GET', `/api/environments/${restored}`)
    const { lines } = await api.expect(200, OperationWithLog, 'GET', `/api/operations/${operation?.id}`)
    expect(lines).toContainEqual(expect.stringContaining('The repository in /workspace/inside was left out'))
    await work.remove(restored)
  })
})
