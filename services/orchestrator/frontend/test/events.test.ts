import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AppEvent } from '@craftastic/contract'
import { openEventStream, type EventStreamState } from '@/api/events'
import { anEnvironment, ids } from './fixtures'

class FakeSource extends EventTarget {
  readyState = 0
  closed = false
  close() {
    this.closed = true
    this.readyState = 2
  }
  open() {
    this.readyState = 1
    this.dispatchEvent(new Event('open'))
  }
  fail(readyState: 0 | 2) {
    this.readyState = readyState
    this.dispatchEvent(new Event('error'))
  }
  emit(type: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data) }))
  }
}

function setUp(mayReopen = true) {
  const sources: FakeSource[] = []
  const events: AppEvent[] = []
  const states: EventStreamState[] = []
  const counts = { gaps: 0, asked: 0 }
  const close = openEventStream({
    openSource: () => {
      const source = new FakeSource()
      sources.push(source)
      return source as FakeSource & {
        addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void
      }
    },
    onEvent: (event) => events.push(event),
    onGap: () => (counts.gaps += 1),
    onState: (state) => states.push(state),
    mayReopen: async () => {
      counts.asked += 1
      return mayReopen
    },
  })
  return { sources, events, states, counts, close }
}

function setVisibility(state: 'visible' | 'hidden') {
  Object.defineProperty(document, 'visibilityState', { value: state, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  setVisibility('visible')
  vi.useRealTimers()
})

test('an event is its name and the rest as JSON; anything else is dropped', () => {
  const { sources, events, close } = setUp()
  sources[0]?.emit('status', { environmentId: ids.environment, environment: anEnvironment() })
  sources[0]?.emit('status', { environmentId: 'nonsense' })
  sources[0]?.emit('unknown', {})
  expect(events).toHaveLength(1)
  expect(events[0]).toMatchObject({ type: 'status', environment: { name: 'orchestrator' } })
  close()
})

test('a stream may have missed something before it opened, each time', () => {
  const { sources, counts, close } = setUp()
  sources[0]?.open()
  expect(counts.gaps).toBe(1)
  sources[0]?.fail(0)
  sources[0]?.open()
  expect(counts.gaps).toBe(2)
  expect(sources).toHaveLength(1)
  close()
})

test('a refused stream asks for the sign-in and is opened anew, ever more slowly', async () => {
  const { sources, counts, close } = setUp()
  sources[0]?.fail(2)
  await vi.advanceTimersByTimeAsync(500)
  expect(counts.asked).toBe(1)
  expect(sources).toHaveLength(2)
  sources[1]?.fail(2)
  await vi.advanceTimersByTimeAsync(500)
  expect(sources).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(500)
  expect(sources).toHaveLength(3)
  close()
})

test('a refused stream stays closed when nobody is signed in', async () => {
  const { sources, close } = setUp(false)
  sources[0]?.fail(2)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sources).toHaveLength(1)
  close()
})

test('a hidden page gives its connection back and takes it again', async () => {
  const { sources, counts, close } = setUp()
  sources[0]?.open()
  setVisibility('hidden')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sources[0]?.closed).toBe(false)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(sources[0]?.closed).toBe(true)
  setVisibility('visible')
  expect(sources).toHaveLength(2)
  sources[1]?.open()
  expect(counts.gaps).toBe(2)
  close()
})

test('closing ends everything', async () => {
  const { sources, close } = setUp()
  sources[0]?.fail(2)
  close()
  await vi.advanceTimersByTimeAsync(60_000)
  setVisibility('visible')
  expect(sources).toHaveLength(1)
})
