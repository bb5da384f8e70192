import { text } from 'node:stream/consumers'
import { GitStatus, type GitFile } from '@craftastic/contract'
import { expect, test } from 'vitest'
import { streamGitStatus } from './git-status-body.ts'

function statusOf(count: number): GitStatus {
  const files = Array.from({ length: count }, (_, index): GitFile => {
    const path = `dir/${index}"\n\udcff🙂.ts`
    const file = { path, status: 'MM', staged: true, unstaged: true, conflicted: false }
    return index % 3 === 0 ? { ...file, origPath: `old ${index}`, submodule: true } : file
  })
  return {
    repository: true,
    branch: 'main',
    commit: 'a'.repeat(40),
    upstream: 'origin/main',
    ahead: 1,
    behind: 2,
    detached: false,
    operation: 'merge',
    stashes: 3,
    files,
    truncated: false,
  }
}

test.each([0, 1, 1_999, 2_000, 2_001, 6_000])('a status of %d files is what the schema says', async (count) => {
  const status = statusOf(count)
  const read: unknown = JSON.parse(await text(streamGitStatus(status)))
  expect(read).toEqual(status)
  expect(GitStatus.strict().parse(read)).toEqual(status)
})
