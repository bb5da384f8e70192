import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCaller } from './docker-calls.ts'
import { RuntimeUnavailable } from './runtime.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('whoever answers too late is told that nobody waits any more', async () => {
  const seen: string[] = []
  const call = createCaller((verb, outcome) => seen.push(`${verb} ${outcome}`))
  let late: AbortSignal | null = null
  const answer = call('followEvents', (tooLate) => {
    late = tooLate
    return new Promise<void>(() => {})
  })
  const failure = expect(answer).rejects.toThrow(RuntimeUnavailable)
  await vi.advanceTimersByTimeAsync(29_000)
  expect(late).toMatchObject({ aborted: false })
  await vi.advanceTimersByTimeAsync(2_000)
  await failure
  expect(late).toMatchObject({ aborted: true })
  expect(seen).toEqual(['followEvents failed'])
})

test('whoever answers in time is left alone', async () => {
  let late: AbortSignal | null = null
  const call = createCaller(() => {})
  await call('ping', async (tooLate) => void (late = tooLate))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(late).toMatchObject({ aborted: false })
})
