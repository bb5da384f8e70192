// @vitest-environment node
/** What the panel makes of a diff, given to git itself. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDiff } from '@/lib/git-diff'
import { makePatch } from '@/lib/git-patch'

let root: string
const git = (args: string[], input?: string) =>
  execFileSync('git', args, { cwd: root, input, encoding: 'latin1', stdio: ['pipe', 'pipe', 'pipe'] })
const write = (name: string, text: string) => writeFileSync(join(root, name), text, 'latin1')
const read = (name: string) => readFileSync(join(root, name), 'latin1')

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'git-patch-'))
  git(['init', '--quiet'])
  git(['config', 'user.name', 'Ada'])
  git(['config', 'user.email', 'ada@example.com'])
  git(['config', 'core.autocrlf', 'false'])
})

afterEach(() => rmSync(root, { recursive: true }))

function commit(name: string, text: string) {
  write(name, text)
  git(['add', '--all'])
  git(['commit', '--quiet', '--allow-empty', '--message', 'before'])
}

function diffOf(...args: string[]) {
  const [file] = readDiff(git(['diff', ...args]))
  if (!file) throw new Error('there is no difference')
  return file
}

/** The same block again and again, so that a hunk with wrong numbers would find another place that fits. */
const blocks = (count: number, end = '\n') =>
  Array.from({ length: count }, () => ['start', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'stop'].join(end) + end)

test.each(['\n', '\r\n'])('each hunk is staged at its own place, with lines that end with %j', (end) => {
  const before = blocks(4, end)
  commit('a.txt', before.join(''))
  const after = [...before]
  after[0] = `first${end}second${end}${before[0] ?? ''}`
  after[1] = (before[1] ?? '').replace('d', 'D')
  after[3] = (before[3] ?? '').replace('d', 'D')
  write('a.txt', after.join(''))

  const file = diffOf()
  expect(file.hunks).toHaveLength(3)
  git(['apply', '--cached'], makePatch(file, file.hunks.slice(1, 2), 'forward'))
  expect(git(['show', ':a.txt'])).toBe([before[0], after[1], before[2], before[3]].join(''))
})

test('a hunk is unstaged, and one is discarded, at its own place', () => {
  const before = blocks(4)
  commit('a.txt', before.join(''))
  const after = before.map((block) => block.replace('d', 'D\nD'))
  write('a.txt', after.join(''))

  const unstaged = diffOf()
  git(['apply', '--reverse'], makePatch(unstaged, unstaged.hunks.slice(2, 3), 'reverse'))
  expect(read('a.txt')).toBe([after[0], after[1], before[2], after[3]].join(''))

  git(['add', '--all'])
  const staged = diffOf('--cached')
  git(['apply', '--cached', '--reverse'], makePatch(staged, staged.hunks.slice(1, 2), 'reverse'))
  expect(git(['show', ':a.txt'])).toBe([after[0], before[1], before[2], after[3]].join(''))
})

test('a file whose last line has no newline, before, after or both', () => {
  for (const [before, after] of [
    ['a\nb', 'a\nb\n'],
    ['a\nb\n', 'a\nb'],
    ['a\nb', 'a\nc'],
  ] as const) {
    commit('a.txt', before)
    write('a.txt', after)
    const file = diffOf()
    const patch = makePatch(file, file.hunks, 'forward')
    git(['apply', '--cached'], patch)
    expect(git(['show', ':a.txt'])).toBe(after)
    git(['apply', '--cached', '--reverse'], makePatch(file, file.hunks, 'reverse'))
    expect(git(['show', ':a.txt'])).toBe(before)
  }
})

test('lines that look like the head of a file stay lines', () => {
  commit('a.sql', '-- first\n@@ -1 +1 @@\ndiff --git a/x b/x\n')
  write('a.sql', '++ first\n@@ -1 +1 @@\n-- last\n')
  const file = diffOf()
  expect(file.hunks).toHaveLength(1)
  git(['apply', '--cached'], makePatch(file, file.hunks, 'forward'))
  expect(git(['show', ':a.sql'])).toBe(read('a.sql'))
})

test('an insertion at the start, and the loss of everything', () => {
  commit('a.txt', 'b\n')
  write('a.txt', 'a\nb\n')
  const grown = readDiff(git(['diff', '--unified=0']))[0]
  if (!grown) throw new Error('there is no difference')
  git(['apply', '--cached', '--unidiff-zero'], makePatch(grown, grown.hunks, 'forward'))
  expect(git(['show', ':a.txt'])).toBe('a\nb\n')
  write('a.txt', '')
  const emptied = diffOf()
  git(['apply', '--cached'], makePatch(emptied, emptied.hunks, 'forward'))
  expect(git(['show', ':a.txt'])).toBe('')
})

test('a new and a deleted file', () => {
  commit('old.txt', 'a\nb\n')
  write('new.txt', 'c\n')
  rmSync(join(root, 'old.txt'))
  git(['add', '--intent-to-add', 'new.txt'])
  const [added, deleted] = readDiff(git(['diff']))
  expect([added?.kind, deleted?.kind]).toEqual(['add', 'delete'])
  if (!added || !deleted) throw new Error('two files differ')
  git(['reset', '--quiet'])
  git(['apply', '--cached'], makePatch(added, added.hunks, 'forward'))
  git(['apply', '--cached'], makePatch(deleted, deleted.hunks, 'forward'))
  expect(git(['diff', '--cached', '--name-status'])).toBe('A\tnew.txt\nD\told.txt\n')
})

test('of a renamed file with another mode only the lines are taken back', () => {
  commit('old.txt', blocks(2).join(''))
  git(['mv', 'old.txt', 'new name.txt'])
  const changed = blocks(2).join('').replace('d', 'D')
  write('new name.txt', changed)
  git(['add', '--all', '--chmod=+x', 'new name.txt'])
  const file = diffOf('--cached', '--find-renames')
  expect(file).toMatchObject({ kind: 'rename', modeChange: '100644 → 100755' })
  git(['apply', '--cached', '--reverse'], makePatch(file, file.hunks, 'reverse'))
  expect(git(['show', ':new name.txt'])).toBe(blocks(2).join(''))
  expect(git(['ls-files', '--stage'])).toMatch(/^100755 \w+ 0\tnew name.txt\n$/)
})

test('names that git quotes, and bytes that are no UTF-8', () => {
  const name = 'ta\tb "q" \\ .txt'
  commit(name, 'caf\xe9\nb\n')
  write(name, 'caf\xe9s\nb\n')
  const file = diffOf()
  git(['apply', '--cached'], makePatch(file, file.hunks, 'forward'))
  expect(git(['show', `:${name}`])).toBe('caf\xe9s\nb\n')
})
