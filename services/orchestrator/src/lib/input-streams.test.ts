import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createInputStreams } from './input-streams.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const key = { userId: 'ada', sessionId: 'one', input: 'page' }
const minutes = (count: number) => vi.advanceTimersByTime(count * 60_000)

test('a stream counts on over several holds', () => {
  const streams = createInputStreams()
  const first = streams.hold(key, () => {})
  expect(first).toMatchObject({ known: false, bytes: 0 })
  first.add(3)
  first.release()
  minutes(4)
  const second = streams.hold(key, () => {})
  expect(second).toMatchObject({ known: true, bytes: 3, countId: first.countId })
  second.add(2)
  expect(second.bytes).toBe(5)
})

test('only the newest hold counts, and the one before is told', () => {
  const streams = createInputStreams()
  const onReplaced = vi.fn()
  const first = streams.hold(key, onReplaced)
  const second = streams.hold(key, () => {})
  expect(onReplaced).toHaveBeenCalledOnce()
  first.add(7)
  first.release()
  minutes(60)
  expect(second.bytes).toBe(0)
  expect(streams.hold(key, () => {}).known).toBe(true)
})

test('a stream is forgotten five minutes after its last hold, and is another count then', () => {
  const streams = createInputStreams()
  const first = streams.hold(key, () => {})
  minutes(60)
  expect(streams.count()).toBe(1)
  first.release()
  minutes(6)
  expect(streams.count()).toBe(0)
  const again = streams.hold(key, () => {})
  expect(again.known).toBe(false)
  expect(again.countId).not.toBe(first.countId)
})

test.each([{ userId: 'bob' }, { sessionId: 'two' }, { input: 'other' }])('%j is another stream', (part) => {
  const streams = createInputStreams()
  streams.hold(key, () => {}).add(3)
  expect(streams.hold({ ...key, ...part }, () => {})).toMatchObject({ known: false, bytes: 0 })
})

test('one person leaves only so many behind, and what is held stays', () => {
  const streams = createInputStreams()
  streams.hold(key, () => {})
  const other = streams.hold({ ...key, userId: 'bob' }, () => {})
  other.release()
  for (let page = 0; page < 2_000; page++) streams.hold({ ...key, input: `page ${page}` }, () => {}).release()
  expect(streams.count()).toBe(501)
  expect(streams.hold(key, () => {}).known).toBe(true)
  expect(streams.hold({ ...key, userId: 'bob' }, () => {}).known).toBe(true)
})
