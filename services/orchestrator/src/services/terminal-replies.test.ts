import { expect, test } from 'vitest'
import { dropAnswers, holdsTyping } from './terminal-replies.ts'

test.each([
  '\x1b[I',
  '\x1b[O',
  '\x1b[?1;2c',
  '\x1b[>0;276;0c',
  '\x1b[24;80R',
  '\x1b[?2026;2$y',
  '\x1b]11;rgb:0/0/0\x1b\\',
])('%j is what a terminal answers', (reply) => {
  expect(holdsTyping(Buffer.from(reply))).toBe(false)
  expect(holdsTyping(Buffer.from(`${reply}${reply}`))).toBe(false)
  expect(holdsTyping(Buffer.from(`${reply}x`))).toBe(true)
})

test.each(['a', '\r', '\x03', '\x1b', '\x1b[A', '\x1bOP', '\x1b[1;5C', '\x1b[200~paste\x1b[201~', '\x1b[13;2u', '漢'])(
  '%j is typing',
  (key) => expect(holdsTyping(Buffer.from(key))).toBe(true),
)

test('a large frame is typing, whatever it looks like', () => {
  expect(holdsTyping(Buffer.from('\x1b[I'.repeat(1_000)))).toBe(false)
  expect(holdsTyping(Buffer.from('\x1b[I'.repeat(2_000)))).toBe(true)
})

test('an answer does not reach over the beginning of the next one', () => {
  expect(holdsTyping(Buffer.from('\x1b]\x1b]11;rgb:0/0/0\x07'))).toBe(true)
})

test.each(['\x1b]', '\x1bP', '\x1b[1;', '\x1b]0'])('many of %j that never end hold up nobody', (beginning) => {
  const largestFrame = Buffer.alloc(64 * 1024, beginning)
  const beforeMs = performance.now()
  expect(holdsTyping(largestFrame)).toBe(true)
  expect(performance.now() - beforeMs).toBeLessThan(1_000)
})

const primary = '\x1b[?1;2c'
const secondary = '\x1b[>0;276;0c'
const name = '\x1bP>|xterm.js(6.0.0)\x1b\\'

test('answers that nobody waits for are left out, and nothing else', () => {
  const drop = (text: string, awaited: string[] = []) =>
    dropAnswers(Buffer.from(text), (question) => awaited.includes(question)).toString()
  expect(drop(primary + secondary + name)).toBe('')
  expect(drop(primary + secondary + name, ['secondary'])).toBe(secondary)
  expect(drop(`\x1b[I${primary}\x1b]11;rgb:0/0/0\x1b\\`)).toBe('\x1b[I\x1b]11;rgb:0/0/0\x1b\\')
  for (const typed of [`${primary}x`, `\x1b[200~${primary}\x1b[201~`, '\x1b', 'c', '\x1b[A'])
    expect(drop(typed)).toBe(typed)
})
