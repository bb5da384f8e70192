import { expect, test } from 'vitest'
import { parseGitWorktrees } from './git-worktrees.ts'

test('worktrees are read with their branch, and one that git was filling is known', () => {
  const output = `worktree /workspace
HEAD ${'a'.repeat(40)}
branch refs/heads/main

worktree /workspace/.worktrees/feature-login
HEAD ${'b'.repeat(40)}
branch refs/heads/feature/login
locked initializing

worktree /tmp/look here
HEAD ${'c'.repeat(40)}
detached
locked by somebody
prunable gitdir file points to non-existent location

`
  expect(parseGitWorktrees(output)).toEqual([
    { path: '/workspace', branch: 'main', isUnfinished: false },
    { path: '/workspace/.worktrees/feature-login', branch: 'feature/login', isUnfinished: true },
    { path: '/tmp/look here', branch: null, isUnfinished: false },
  ])
})
