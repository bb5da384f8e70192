import { describe, expect, it } from 'vitest'
import { isForgotten, listEveryMs, nextDelayMs, type Pace } from './deployment-pace.ts'

const pace: Pace = { status: 'queued', asked: 0, elapsedMs: 0, failures: 0, followed: 1, listed: false }
const delay = (given: Partial<Pace>, random = 0.5) => nextDelayMs({ ...pace, ...given }, random)

describe('the pace of asking', () => {
  it('begins after a second and slows down while a deployment waits in line', () => {
    expect([0, 1, 2, 3, 4, 5, 9].map((asked) => delay({ asked }))).toEqual([
      1_000, 3_000, 4_500, 6_750, 10_125, 15_000, 15_000,
    ])
  })

  it('is quick in the first minute of a build, then slower', () => {
    const delays = [0, 59_000, 60_000, 299_000, 300_000, 3_000_000].map((elapsedMs) =>
      delay({ status: 'in_progress', asked: 7, elapsedMs }),
    )
    expect(delays).toEqual([2_000, 2_000, 4_000, 4_000, 8_000, 8_000])
  })

  it('looks twice after the end, 3 s and 10 s after it', () => {
    expect(delay({ status: 'failed', elapsedMs: 0 })).toBe(3_000)
    expect(delay({ status: 'failed', asked: 1, elapsedMs: 3_000 })).toBe(7_000)
  })

  it('doubles with each failure, to a minute', () => {
    const delays = [1, 2, 3, 4, 5, 20].map((failures) => delay({ status: 'in_progress', failures }))
    expect(delays).toEqual([4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  it('varies by a fifth', () => {
    expect(delay({ asked: 1 }, 0)).toBe(2_400)
    expect(delay({ asked: 1 }, 1)).toBe(3_600)
  })

  it('keeps all together below 100 requests a minute', () => {
    for (const listed of [false, true]) {
      const followed = 50
      const perMinute = (followed * 60_000) / delay({ status: 'in_progress', followed, listed })
      const lists = listed ? 60_000 / listEveryMs : 0
      expect(Math.floor(perMinute + lists)).toBeLessThanOrEqual(100)
    }
  })
})

describe('a deployment that Coolify does not know', () => {
  it('is forgotten after three misses over half a minute', () => {
    expect(isForgotten(3, 29_999)).toBe(false)
    expect(isForgotten(2, 60_000)).toBe(false)
    expect(isForgotten(3, 30_000)).toBe(true)
  })
})
