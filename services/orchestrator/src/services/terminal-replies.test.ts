import { expect, test } from 'vitest'
import { holdsTyping } from './terminal-replies.ts'

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
