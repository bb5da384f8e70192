/** Kept work is looked for wherever it may be: in submodules, in repositories inside, at remotes that are only a path. */
import type { ApiClient } from '@craftastic/testing/api-client'
import { beforeAll, expect, it } from 'vitest'
import { describeOnEngine, useEngineServer } from '../harness/engine.ts'
import { openKeptWork, type KeptWorkClient } from '../harness/kept-work.ts'

describeOnEngine('work in every corner of an environment', { timeout: 180_000 }, () => {
  const server = useEngineServer()
  let api: ApiClient
  let work: KeptWorkClient
  beforeAll(async () => {
    api = await server().signInNew()
    work = openKeptWork(api)
  })

  async function create(name: string): Promise<string> {
    const { id } = await api.createEnvironment({ name, repositoryUrl: server().git.writableUrl })
    await work.sh(id, 'git config --global user.email me@example.org; git config --global user.name Me')
    return id
  }

  it('is found in submodules of worktrees, in what is inside them, and in names of any byte', async () => {
    const id = await create('nested')
    await api.createSession({ environmentId: id, branch: 'fix' })
    await work.sh(
      id,
      `cd .worktrees/fix; git submodule --quiet add ${server().git.projectUrl} sub; git commit -qm submodule; cd sub
echo mine >>README.md; git commit -qam 'in the submodule'; echo dirty >dirty; git init -q deeper; echo deep >deeper/file
odd="/workspace/$(printf 'odd\\n\\\\n \\377"')"; git init -q "$odd"; echo odd >"$odd/file"
cd /workspace; mkdir out; echo out/ >>.git/info/exclude; git init -q out/a; git init -q out/a/b; echo x >out/a/b/x`,
    )
    const { places } = await work.look(id)
    const found = places.map(({ kind, path, changed, commits }) => [kind, path, changed, commits])
    // In the order in which the disk has them.
    expect(found.toSorted(([, a], [, b]) => String(a).localeCompare(String(b), 'en'))).toEqual([
      ['nested', '/workspace/.worktrees/fix/sub', 1, 1],
      ['nested', '/workspace/.worktrees/fix/sub/deeper', 1, 0],
      ['nested', '/workspace/odd\n\\n \udcff"', 1, 0],
    ])
    const kept = await work.keep(id)
    expect(kept).toMatchObject({ files: 3 })
    const restored = await work.restore(kept)
    expect(
      await work.sh(
        restored,
        `cat odd*/file; ls; cd .worktrees/fix; git log -1 --format=%s; cd sub; git log -1 --format=%s; cat dirty deeper/file
git remote get-url origin`,
      ),
    ).toBe(
      `odd\n${await work.sh(restored, 'ls')}\nsubmodule\nin the submodule\ndirty\ndeep\n${server().git.projectUrl}`,
    )
    expect(await work.sh(restored, 'ls -d out .craftastic-kept 2>/dev/null || true')).toBe('')
    await work.remove(restored)
  })

  it('is found in a submodule whose working tree is gone', async () => {
    const id = await create('deinit')
    await work.sh(
      id,
      `git submodule --quiet add ${server().git.projectUrl} lib/sub; git commit -qm submodule; git push -q origin HEAD:deinit
cd lib/sub; git switch -qc topic; echo mine >>README.md; git commit -qam 'only here'; cd /workspace; git submodule --quiet deinit -f lib/sub`,
    )
    expect(await work.look(id)).toMatchObject({
      places: [{ kind: 'nested', path: '/workspace/.git/modules/lib/sub', changed: 0, commits: 1 }],
    })
    const restored = await work.restore(await work.keep(id))
    await work.sh(restored, 'git submodule --quiet update --init')
    expect(await work.sh(restored, 'git -C lib/sub log -1 --format=%s topic; git -C lib/sub status --porcelain')).toBe(
      'only here',
    )
    await work.remove(restored)
  })

  it('is only here when the remote that has it is a path', async () => {
    const id = await create('path')
    await work.sh(
      id,
      `git init -q --bare /tmp/x.git; git remote add x /tmp/x.git; git remote add y file:///tmp/x.git
git switch -qc topic; echo mine >>README.md; git commit -qam 'at a path'; git push -q x topic; git fetch -q y; git switch -q -; git branch -qD topic`,
    )
    expect(await work.look(id)).toMatchObject({
      hasAny: true,
      branches: [
        { name: 'x/topic', commits: 1, headlines: ['at a path'] },
        { name: 'y/topic', commits: 1 },
      ],
    })
    const restored = await work.restore(await work.keep(id))
    expect(await work.sh(restored, 'git log -1 --format=%s x/topic')).toBe('at a path')
    await work.remove(restored)
  })

  it('is not what its user ignores everywhere', async () => {
    const id = await create('ignored')
    await work.sh(
      id,
      'git config --global core.excludesFile "~/ignored"; echo heap/ >~/ignored; mkdir heap; echo x >heap/x',
    )
    expect(await work.look(id)).toMatchObject({ hasAny: false })
    expect(await work.keep(id)).toBeNull()
    const usual = await create('ignored as usual')
    await work.sh(usual, 'mkdir -p ~/.config/git heap; echo heap/ >~/.config/git/ignore; echo x >heap/x; echo y >y')
    expect(await work.keep(usual)).toMatchObject({ files: 1 })
  })

  it('comes back in worktrees that the workspace does not show', async () => {
    const id = await create('hidden')
    await api.createSession({ environmentId: id, branch: 'side' })
    await work.sh(id, 'echo new >.worktrees/side/new')
    const restored = await work.restore(await work.keep(id))
    expect(await work.sh(restored, 'cat .worktrees/side/new; git status --porcelain')).toBe('new')
    // One that is there already is taken over by a session, and hidden too.
    await work.sh(restored, ': >.git/info/exclude')
    await api.createSession({ environmentId: restored, branch: 'side' })
    expect(await work.sh(restored, 'git status --porcelain')).toBe('')
    await work.remove(restored)
  })

  it('is all of it: programs end before it is gathered, and what vanishes meanwhile is no reason to stay', async () => {
    const id = await create('programs')
    await work.sh(
      id,
      `mkdir -p ~/.local/bin; real=$(command -v stat)
printf '#!/bin/sh\\nrm -f /workspace/vanishes\\nexec %s "$@"\\n' "$real" >~/.local/bin/stat; chmod +x ~/.local/bin/stat
echo x >vanishes; echo y >stays
nohup sh -c 'while :; do if [ -e .craftastic-kept/repository ]; then echo late >late; fi; done' >/dev/null 2>&1 &`,
    )
    const kept = await work.keep(id)
    expect(kept).toMatchObject({ files: 1 })
    const restored = await work.restore(kept)
    expect(await work.sh(restored, 'git status --porcelain')).toBe('?? stays')
    await work.remove(restored)
  })
})
