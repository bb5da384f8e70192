import { afterEach, expect, test, vi } from 'vitest'
import { mayLoadAgain } from '@/lib/load-again'

afterEach(() => {
  vi.restoreAllMocks()
  sessionStorage.clear()
})

test('a page loads itself again once in half a minute', () => {
  const moment = Date.now()
  expect([0, 1_000, 29_000, 31_000, 32_000].map((ms) => mayLoadAgain(moment + ms))).toEqual([
    true,
    false,
    false,
    true,
    false,
  ])
})

test('and never where that cannot be remembered', () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  expect(mayLoadAgain()).toBe(false)
})
