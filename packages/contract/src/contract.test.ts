import { expect, test } from 'vitest'
import {
  BranchName,
  CreateEnvironment,
  CreateSession,
  EnvironmentName,
  EnvironmentStatus,
  CreateGitCommit,
  GitBranchName,
  GitPath,
  environmentTransitions,
  SessionName,
  TerminalClientMessage,
  TerminalQuery,
} from './index.ts'

test.each(['main', 'feature/one', 'v1.2.3', 'a@b', 'renovate/all+1', '_x', 'issue#7', 'dep=1'])(
  '%s is a branch name',
  (name) => expect(BranchName.safeParse(name).success).toBe(true),
)

test.each([
  '',
  '-x',
  '--upload-pack=id',
  '+refs/heads/x',
  'a b',
  'a..b',
  'a@{1}',
  'a//b',
  'a/',
  'a.',
  'a.lock',
  'a/.b',
  'a~1',
  'a^',
  'a:b',
  'a\\b',
  'a\nb',
  'x'.repeat(201),
])('%j is not a branch name', (name) => expect(BranchName.safeParse(name).success).toBe(false))

test.each(['a', 'My project', 'web-2', 'größe_1', '日本語'])('%s names a session and an environment', (name) => {
  expect(SessionName.safeParse(name).success).toBe(true)
  expect(EnvironmentName.safeParse(name).success).toBe(true)
})

test.each([
  '',
  ' ',
  '-a',
  '=a',
  '@1',
  '$(id)',
  '`id`',
  'a;b',
  'a:b',
  "a'b",
  'a"b',
  '#(id)',
  'a\nb',
  '#{x}',
  'x'.repeat(65),
])('%j names neither', (name) => {
  expect(SessionName.safeParse(name).success).toBe(false)
  expect(EnvironmentName.safeParse(name).success).toBe(false)
})

test('a dot is for environments only: tmux reads it as syntax', () => {
  expect(EnvironmentName.safeParse('api.v2').success).toBe(true)
  expect(SessionName.safeParse('api.v2').success).toBe(false)
})

test('unknown fields are refused', () => {
  expect(CreateEnvironment.safeParse({ name: 'a', hostConfig: {} }).success).toBe(false)
})

test('a branch needs a repository', () => {
  expect(CreateEnvironment.safeParse({ name: 'a', branch: 'main' }).success).toBe(false)
})

test('a session starts in the workspace unless told otherwise', () => {
  const environmentId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff'
  expect(CreateSession.parse({ environmentId }).workingDirectory).toBe('/workspace')
  expect(CreateSession.safeParse({ environmentId, workingDirectory: 'relative' }).success).toBe(false)
})

test.each([
  [{ type: 'resize', cols: 80, rows: 24 }, true],
  [{ type: 'resize', cols: 1, rows: 24 }, false],
  [{ type: 'resize', cols: 501, rows: 24 }, false],
  [{ type: 'resize', cols: 80.5, rows: 24 }, false],
  [{ type: 'ack', bytes: 0 }, true],
  [{ type: 'ack', bytes: -1 }, false],
  [{ type: 'input', data: 'x' }, true],
  [{ type: 'detach' }, false],
])('%j as a control message: %s', (message, accepted) => {
  expect(TerminalClientMessage.safeParse(message).success).toBe(accepted)
})

test('the size of a terminal comes as text in the query, and who says nothing may type', () => {
  expect(TerminalQuery.parse({ cols: '120', rows: '40' })).toEqual({ cols: 120, rows: 40, mode: 'edit' })
  expect(TerminalQuery.parse({ mode: 'view' })).toEqual({ cols: 80, rows: 24, mode: 'view' })
  expect(TerminalQuery.safeParse({ mode: 'both' }).success).toBe(false)
  expect(TerminalQuery.safeParse({ cols: '0' }).success).toBe(false)
  expect(TerminalQuery.safeParse({ input: 'short' }).success).toBe(false)
  expect(TerminalQuery.parse({ input: 'a'.repeat(32) }).input).toHaveLength(32)
})

test('every status can be left, and only for a status there is', () => {
  for (const status of EnvironmentStatus.options) {
    expect(environmentTransitions[status].length).toBeGreaterThan(0)
    for (const next of environmentTransitions[status]) expect(EnvironmentStatus.options).toContain(next)
  }
})

test.each(['main', 'größe', 'feature(x)!', 'origin/main', 'a@b', 'v1.2', "it's;$(id)"])('%s is a name of git', (name) =>
  expect(GitBranchName.safeParse(name).success).toBe(true),
)

test.each([
  '',
  '-f',
  '--orphan',
  '@',
  '@{-1}',
  'a..b',
  'a b',
  'a:b',
  '+a:b',
  'a^',
  'a~1',
  'a*',
  'a?',
  'a[b',
  'a\\b',
  'a\nb',
  '/a',
  'a/',
  '.a',
  'a/.b',
  'a.lock',
  'a.lock/b',
  '\udcff',
])('%j is no name of git', (name) => expect(GitBranchName.safeParse(name).success).toBe(false))

test.each(['a', '-rf', ':(top)x', 'a\nb', ' ', '\udcff', '../a'])('%j may be a path', (path) =>
  expect(GitPath.safeParse(path).success).toBe(true),
)

test.each(['', '/a', 'a\0', '\ud800', '\udc7f', 'x'.repeat(4097)])('%j cannot be a path', (path) =>
  expect(GitPath.safeParse(path).success).toBe(false),
)

test('a commit is of some files, or of what is staged, not both', () => {
  const commit = { environmentId: '0b5ac90a-5d39-4ee6-8a87-1e7a4ee9aaf5', message: 'x' }
  expect(CreateGitCommit.parse(commit)).toEqual({ ...commit, staged: false, amend: false })
  expect(CreateGitCommit.safeParse({ ...commit, staged: true, files: ['a'] }).success).toBe(false)
  expect(CreateGitCommit.safeParse({ ...commit, files: [] }).success).toBe(false)
  expect(CreateGitCommit.safeParse({ ...commit, author: '--exec=x' }).success).toBe(false)
})
