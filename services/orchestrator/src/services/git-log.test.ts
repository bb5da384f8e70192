import { expect, test } from 'vitest'
import { parseGitBranches } from './git-branches.ts'
import { parseGitLog, readTime } from './git-log.ts'

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(40))

test('commits have their parents, people, times, words and names', () => {
  const fields = [
    a,
    `${b} ${c}`,
    'Ann',
    'a@x',
    '0',
    'Bo\nLine',
    '',
    '1900000000',
    'subject',
    'body\n\n',
    'HEAD -> main, tag: v1, origin/main',
  ]
  expect(parseGitLog(Buffer.from(`${[...fields, ...fields].join('\0')}\0`))).toHaveLength(2)
  expect(parseGitLog(Buffer.from(`${fields.join('\0')}\0`))).toEqual([
    {
      commit: a,
      parents: [b, c],
      author: { name: 'Ann', email: 'a@x' },
      authoredAt: '1970-01-01T00:00:00.000Z',
      committer: { name: 'Bo\nLine', email: '' },
      committedAt: '2030-03-17T17:46:40.000Z',
      subject: 'subject',
      body: 'body',
      refs: ['HEAD', 'main', 'tag: v1', 'origin/main'],
    },
  ])
  expect(parseGitLog(Buffer.alloc(0))).toEqual([])
})

test.each(['-5', '99999999999999999999', 'x', undefined])('a time of %s is one all the same', (seconds) => {
  expect(readTime(seconds)).toMatch(/^(1970|9999)-/)
})

test('branches leave out other names of branches, and say what they follow', () => {
  const records = [
    ['refs/heads/main', '', a, '0', 'one', 'refs/remotes/origin/main', 'ahead 2, behind 1', '*', '/workspace'],
    ['refs/heads/gone', '', b, '0', '', 'refs/remotes/origin/gone', 'gone', '', '/other\nplace'],
    ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', a, '0', 'one', '', '', '', ''],
    ['refs/remotes/origin/main', '', a, '0', 'one', '', '', '', ''],
  ]
  const output = records.map((record) => `${record.join('\0')}\0\n`).join('')
  expect(parseGitBranches(Buffer.from(output))).toMatchObject([
    { name: 'main', remote: false, current: true, upstream: 'origin/main', ahead: 2, behind: 1, worktree: null },
    { name: 'gone', remote: false, current: false, upstream: 'origin/gone', ahead: 0, worktree: '/other\nplace' },
    { name: 'origin/main', remote: true, current: false, upstream: null },
  ])
})
