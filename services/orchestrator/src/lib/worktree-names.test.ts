import { expect, test } from 'vitest'
import { chooseWorktreePath } from './worktree-names.ts'

const nameOf = (branch: string, ...taken: string[]) => {
  const paths = new Set(taken.map((name) => `/workspace/.worktrees/${name}`))
  return chooseWorktreePath(branch, paths).replace('/workspace/.worktrees/', '')
}

test.each([
  ['login', 'login'],
  ['feature/login', 'feature-login'],
  ['fix/#12+more', 'fix-12-more'],
  ['Öl/größe', 'Öl-größe'],
  ["$(touch x)';'", 'touch-x'],
  ['_hidden', '_hidden'],
  ['#', 'branch'],
])('the branch %s lies in %s', (branch, name) => {
  expect(nameOf(branch)).toBe(name)
})

test('no two branches lie in one directory', () => {
  expect(nameOf('feature/login', 'feature-login')).toBe('feature-login-2')
  expect(nameOf('feature/login', 'feature-login', 'feature-login-2')).toBe('feature-login-3')
})

test('a name is short enough for every file system, whatever its letters', () => {
  expect(Buffer.byteLength(nameOf('\u{1d7d8}'.repeat(200)))).toBeLessThan(250)
  expect(nameOf('a'.repeat(59) + '/b')).toBe('a'.repeat(59))
})
