import { expect, test } from 'vitest'
import { pathOf, readDiff } from '@/lib/git-diff'
import { endsWithCr, missingNewline, toHunkData } from '@/lib/git-diff-lines'
import { languageOf } from '@/lib/syntax'

const head = 'diff --git a/a.ts b/a.ts\nindex 1..2 100644\n--- a/a.ts\n+++ b/a.ts\n'
const hunkOf = (text: string) => {
  const hunk = readDiff(head + text)[0]?.hunks[0]
  if (!hunk) throw new Error('there is no hunk')
  return hunk
}

test('several files, binary and renamed ones, and a diff that was cut', () => {
  const files = readDiff(
    [
      'diff --git a/logo.png b/logo.png',
      'index 1..2 100644',
      'Binary files a/logo.png and b/logo.png differ',
      'diff --git a/old.ts b/new.ts',
      'similarity index 100%',
      'rename from old.ts',
      'rename to new.ts',
      'diff --git a/run.sh b/run.sh',
      'old mode 100644',
      'new mode 100755',
      'diff --git a/a.ts b/a.ts',
      '--- a/a.ts',
      '+++ b/a.ts',
      '@@ -1,3 +1,4 @@ export function a() {',
      ' one',
      '+two',
    ].join('\n'),
  )
  expect(files.map((file) => [pathOf(file), file.kind, file.binary, file.modeChange, file.cut])).toEqual([
    ['logo.png', 'modify', true, null, false],
    ['new.ts', 'rename', false, null, false],
    ['run.sh', 'modify', false, '100644 → 100755', false],
    ['a.ts', 'modify', false, null, true],
  ])
  expect(files[3]?.hunks[0]).toMatchObject({ section: 'export function a() {', lines: [' one', '+two'] })
})

test('lines get the numbers of their sides', () => {
  const hunk = hunkOf('@@ -7,3 +7,3 @@\n seven\n-eight\n+EIGHT\n nine\n')
  const { changes } = toHunkData(hunk, { hideCr: false, sideBySide: false })
  expect(changes).toEqual([
    { type: 'normal', isNormal: true, oldLineNumber: 7, newLineNumber: 7, content: 'seven' },
    { type: 'delete', isDelete: true, lineNumber: 8, content: 'eight' },
    { type: 'insert', isInsert: true, lineNumber: 8, content: 'EIGHT' },
    { type: 'normal', isNormal: true, oldLineNumber: 9, newLineNumber: 9, content: 'nine' },
  ])
})

test('side by side, each line stands beside the one that replaced it', () => {
  const hunk = hunkOf('@@ -1,2 +1,3 @@\n-a\n-b\n+A\n+B\n+C\n')
  const { changes } = toHunkData(hunk, { hideCr: false, sideBySide: true })
  expect(changes.map(({ content }) => content)).toEqual(['a', 'A', 'b', 'B', 'C'])
})

test('what cannot be seen is shown, but for the CR that every line has', () => {
  const mixed = hunkOf('@@ -1 +1 @@\n-a\r\n+a\u001b[31m\u202e\n')
  expect(endsWithCr([mixed])).toBe(false)
  expect(toHunkData(mixed, { hideCr: false, sideBySide: false }).changes.map(({ content }) => content)).toEqual([
    'a␍',
    'a␛[31m\ufffd',
  ])
  const crlf = hunkOf('@@ -1 +1 @@\n-a\r\n+b\r\n')
  expect(endsWithCr([crlf])).toBe(true)
  expect(toHunkData(crlf, { hideCr: true, sideBySide: false }).changes[0]?.content).toBe('a')
})

test.each([
  ['-a\n\\ No newline at end of file\n+a\n', 'A newline was added at the end of the file'],
  ['-a\n+a\n\\ No newline at end of file\n', 'No newline at the end of the file any more'],
  ['-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n', 'No newline at the end of the file'],
  ['-a\n+b\n', null],
])('the end of the file in words: %j', (lines, words) => {
  expect(missingNewline(hunkOf(`@@ -1 +1 @@\n${lines}`))).toBe(words)
})

test.each([
  ['src/a.ts', 'typescript'],
  ['Dockerfile', 'docker'],
  ['deploy/api.dockerfile', 'docker'],
  ['Makefile', 'makefile'],
  ['.bashrc', 'bash'],
  ['README', null],
  ['constructor', null],
])('the language of %s is %s', (path, language) => {
  expect(languageOf(path)).toBe(language)
})
