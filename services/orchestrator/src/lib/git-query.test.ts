import { encodeGitPath } from '@craftastic/contract'
import { expect, test } from 'vitest'
import { readByteQuery } from './git-query.ts'

test.each(['a b', 'ü🙂', 'x+y=z&q?#%', '\udcff\udc80/é', 'new\nline', '-p', '%zz'])('%j comes through', (path) => {
  expect(readByteQuery(`/api/git/diff/1?staged=true&path=${encodeGitPath(path)}`)).toEqual({ staged: 'true', path })
})

test('what browsers and others write is read as well', () => {
  expect(readByteQuery('/x?path=a+b&path=c%20d&empty=&&=1')).toEqual({ path: 'c d', empty: '' })
  expect(readByteQuery('/x')).toEqual({})
})
