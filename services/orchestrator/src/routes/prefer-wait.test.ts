import { expect, test } from 'vitest'
import { readWaitSeconds } from './prefer-wait.ts'

test.each([
  [undefined, 0],
  ['', 0],
  ['wait=60', 60],
  ['respond-async, wait=5', 5],
  ['wait=5; x', 5],
  ['wait=999', 120],
  ['wait=-1', 0],
  ['wait=abc', 0],
  ['await=7', 0],
])('%j waits %d s', (prefer, seconds) => {
  expect(readWaitSeconds(prefer)).toBe(seconds)
})
