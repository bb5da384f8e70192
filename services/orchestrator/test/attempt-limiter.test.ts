import { describe, expect, it } from 'vitest'
import { AttemptLimiter } from '../src/lib/attempt-limiter.ts'

const limiter = () => new AttemptLimiter({ maxAttempts: 3, windowMs: 60_000 })

describe('the attempt limiter', () => {
  it('allows so many in the window and says when the next one is possible', () => {
    const attempts = limiter()
    expect([0, 10_000, 20_000].map((at) => attempts.take('a', at))).toEqual([null, null, null])
    expect(attempts.take('a', 30_000)).toBe(30)
    expect(attempts.take('a', 59_999)).toBe(1)
    expect(attempts.take('a', 60_001)).toBeNull()
    expect(attempts.take('a', 60_002)).toBe(10)
  })

  it('counts each key by itself', () => {
    const attempts = limiter()
    for (const at of [1, 2, 3]) attempts.take('a', at)
    expect(attempts.take('a', 4)).not.toBeNull()
    expect(attempts.take('b', 4)).toBeNull()
  })

  it('does not count what was given back', () => {
    const attempts = limiter()
    for (let at = 0; at < 20; at += 1) {
      expect(attempts.take('a', at)).toBeNull()
      attempts.giveBack('a')
    }
  })

  it('forgets the oldest keys rather than grow without end', () => {
    const attempts = new AttemptLimiter({ maxAttempts: 1, windowMs: 60_000 })
    for (let index = 0; index <= 10_000; index += 1) attempts.take(`key ${index}`, index)
    expect(attempts.take('key 0', 10_001)).toBeNull()
    expect(attempts.take('key 9999', 10_001)).not.toBeNull()
  })
})
