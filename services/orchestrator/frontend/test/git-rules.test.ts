import { expect, test } from 'vitest'
import type { GitBranch, GitFile } from '@craftastic/contract'
import { joinMessage, measureSubject } from '@/lib/commit-message'
import { chooseBranches, headWords, newBranchName, readRefs } from '@/lib/git-branches'
import {
  asStaged,
  asUnstaged,
  countChanges,
  entryOf,
  filterEntries,
  groupFiles,
  lookOf,
  pathsOf,
} from '@/lib/git-files'
import { readListKey } from '@/lib/git-list-keys'
import { nameToText, showName, splitPath, textToName } from '@/lib/git-names'
import { readPlace, writePlace } from '@/lib/git-place'

const aFile = (path: string, status: string, part: Partial<GitFile> = {}): GitFile => ({
  path,
  status,
  staged: false,
  unstaged: false,
  conflicted: false,
  ...part,
})

test.each([
  ['src/a.ts', 'src/a.ts'],
  ['new\nline', 'new\\nline'],
  ['caf\udce9', 'caf\\xe9'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['\u001b[31mred', '\\e[31mred'],
  ['emoji 😀', 'emoji 😀'],
])('the name %j is shown as %s, and comes through an address unchanged', (name, shown) => {
  expect(showName(name)).toBe(shown)
  const search = new URLSearchParams({ file: nameToText(name) })
  expect(textToName(new URLSearchParams(search.toString()).get('file') ?? '')).toBe(name)
})

test('a path and its directory', () => {
  expect(splitPath('src/lib/a.ts')).toEqual({ directory: 'src/lib/', name: 'a.ts' })
  expect(splitPath('a.ts')).toEqual({ directory: '', name: 'a.ts' })
  expect(splitPath('vendor/thing/')).toEqual({ directory: 'vendor/', name: 'thing/' })
})

test('the address of a place, and a broken one', () => {
  const place = { tab: 'changes', file: { path: 'a b.ts', side: 'staged' }, commit: null } as const
  expect(writePlace(place).toString()).toBe('file=a+b.ts&in=staged')
  expect(readPlace(writePlace(place))).toEqual(place)
  expect(readPlace(new URLSearchParams('tab=nowhere&commit=x&file="'))).toEqual({
    tab: 'changes',
    file: null,
    commit: null,
  })
})

test('a file that is staged in part stands in two lists, one in conflict in one', () => {
  const both = aFile('both.ts', 'MM', { staged: true, unstaged: true })
  const conflict = aFile('conflict.ts', 'DU', { staged: true, unstaged: true, conflicted: true })
  const groups = groupFiles([both, conflict, aFile('new.ts', '??', { unstaged: true })])
  const names = (entries: { file: GitFile }[]) => entries.map(({ file }) => file.path)
  expect(names(groups.conflicted)).toEqual(['conflict.ts'])
  expect(names(groups.staged)).toEqual(['both.ts'])
  expect(names(groups.unstaged)).toEqual(['both.ts', 'new.ts'])
  expect(countChanges({ files: [both, conflict], truncated: true })).toBe('2+')
})

test.each([
  ['AM', 'staged', 'A', 'Added'],
  ['AM', 'unstaged', 'M', 'Changed'],
  ['D', 'unstaged', 'D', 'Deleted'],
  ['R', 'staged', 'R', 'Renamed'],
  ['??', 'unstaged', '?', 'New, not followed by Git yet'],
  ['DU', 'conflicted', '!', 'Deleted here, changed there'],
] as const)('%s in %s is %s', (status, side, letter, word) => {
  expect(lookOf(entryOf(aFile('a', status), side))).toMatchObject({ letter, word })
})

test.each([
  ['R', 'staged', ['b', 'a']],
  ['R', 'unstaged', ['b', 'a']],
  ['RM', 'staged', ['b', 'a']],
  ['RM', 'unstaged', ['b']],
  ['RD', 'unstaged', ['b']],
  ['C', 'staged', ['b']],
] as const)('%s in %s has the paths %j', (status, side, paths) => {
  expect(pathsOf(entryOf(aFile('b', status, { origPath: 'a' }), side))).toEqual(paths)
})

test('a search takes every word, in the old path, too', () => {
  const entries = ['src/lib/git.ts', 'src/pages/Git.tsx', 'docs/api.md'].map((path) =>
    entryOf(aFile(path, 'M'), 'unstaged'),
  )
  const renamed = entryOf(aFile('b.ts', 'R', { origPath: 'git/lib.ts' }), 'unstaged')
  const found = filterEntries([...entries, renamed], 'git LIB')
  expect(found.map(({ file }) => file.path)).toEqual(['src/lib/git.ts', 'b.ts'])
})

test('staging is shown as it will be', () => {
  const files = [aFile('new', '??', { unstaged: true }), aFile('both', 'AM', { staged: true, unstaged: true })]
  const staged = asStaged(files, null)
  expect(staged.map(({ status, staged, unstaged }) => [status, staged, unstaged])).toEqual([
    ['A', true, false],
    ['A', true, false],
  ])
  const back = asUnstaged(staged, new Set(['new']))
  expect(back.map(({ status, unstaged }) => [status, unstaged])).toEqual([
    ['??', true],
    ['A', false],
  ])
  const conflict = aFile('c', 'UU', { conflicted: true, unstaged: true })
  expect(asStaged([conflict], null)).toEqual([conflict])
  expect(asStaged([conflict], new Set(['c']))[0]).toMatchObject({ conflicted: false, staged: true })
})

test('the subject is counted as people count', () => {
  expect(measureSubject('Fix 👩‍👩‍👧 it\n\nlong body')).toEqual({ count: 8, limit: 50, advice: null })
  expect(measureSubject('x'.repeat(60))).toMatchObject({ limit: 72, advice: expect.stringMatching(/reads best/) })
  expect(measureSubject('x'.repeat(80))).toMatchObject({ limit: 72, advice: expect.stringMatching(/cut/) })
  expect(joinMessage({ subject: 'a', body: 'b\n\n' })).toBe('a\n\nb')
  expect(joinMessage({ subject: 'a', body: '' })).toBe('a')
})

const aBranch = (name: string, part: Partial<GitBranch> = {}): GitBranch => ({
  name,
  remote: false,
  current: false,
  commit: '0'.repeat(40),
  committedAt: '2026-05-01T10:00:00.000Z',
  subject: '',
  upstream: null,
  ahead: 0,
  behind: 0,
  worktree: null,
  ...part,
})

test('branches: the current one, then the newest; of a remote only those that are not here', () => {
  const branches = [
    aBranch('old', { committedAt: '2026-04-02T10:00:00.000Z', current: true }),
    aBranch('main'),
    aBranch('fix', { committedAt: '2026-05-02T10:00:00.000Z' }),
    aBranch('origin/main', { remote: true }),
    aBranch('origin/feature/x', { remote: true }),
  ]
  const { local, remote } = chooseBranches(branches, '')
  expect(local.map(({ name }) => name)).toEqual(['old', 'fix', 'main'])
  expect(remote.map(({ name }) => name)).toEqual(['origin/feature/x'])
  expect(newBranchName(branches, ' new thing ')).toBe('new-thing')
  expect(newBranchName(branches, 'main')).toBeNull()
  expect(newBranchName(branches, '..')).toBeNull()
})

test('where HEAD is', () => {
  expect(headWords({ branch: 'main', commit: 'a', detached: false })).toBe('main')
  expect(headWords({ branch: 'main', commit: null, detached: false })).toBe('main, no commit yet')
  expect(headWords({ branch: '', commit: 'abcdef0123', detached: true })).toBe('Detached at abcdef0')
})

test('keys of the list stop at its ends and leave what is not theirs', () => {
  const press = (key: string, ctrlKey = false) =>
    readListKey({ key, ctrlKey, metaKey: false, altKey: false, shiftKey: false }, 3, 5, 10)
  expect(press('ArrowDown')).toEqual({ name: 'move', to: 4 })
  expect(press('PageDown')).toEqual({ name: 'move', to: 4 })
  expect(press('PageUp')).toEqual({ name: 'move', to: 0 })
  expect(press(' ')).toEqual({ name: 'toggle' })
  expect(press('Enter', true)).toBeNull()
  expect(press('x')).toBeNull()
})

test('what stands at a commit: the branch that HEAD is on stands for both', () => {
  const status = { branch: 'fix/a', upstream: 'fork/fix/a' }
  const kinds = (refs: string[]) => readRefs(refs, status).map(({ name, kind }) => `${kind} ${name}`)
  expect(kinds(['HEAD', 'fix/a', 'fork/fix/a', 'tag: v1', 'feature/b', 'origin/main'])).toEqual([
    'head fix/a',
    'remote fork/fix/a',
    'tag v1',
    'branch feature/b',
    'remote origin/main',
  ])
  expect(kinds(['HEAD'])).toEqual(['head HEAD'])
})
