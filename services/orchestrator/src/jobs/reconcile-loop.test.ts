import { pino } from 'pino'
import { afterEach, expect, it, vi } from 'vitest'
import type { RuntimeEvent } from '../services/runtime.ts'
import { createReconcileLoop, type ReconcileLoop } from './reconcile-loop.ts'

const log = pino({ level: 'silent' })
const loops: ReconcileLoop[] = []
afterEach(async () => {
  await Promise.all(loops.splice(0).map((loop) => loop.stop()))
})

type Stream = { sinceMs: number | null; tell: (event: RuntimeEvent) => void; end: () => void }

/** The streams that it opened, each of which a test fills and ends. */
function follow() {
  const streams: Stream[] = []
  const seen: string[] = []
  const loop = createReconcileLoop({
    reconcile: async () => {},
    runtime: {
      followEvents: async (sinceMs, tell) => {
        let end = () => {}
        const ended = new Promise<void>((resolve) => (end = resolve))
        streams.push({ sinceMs, tell, end })
        return { ended, close: end }
      },
    },
    onEvent: ({ action, atMs }) => void seen.push(`${action} at ${atMs}`),
    log,
  })
  loops.push(loop)
  loop.start()
  return { streams, seen }
}

const event = (action: RuntimeEvent['action'], atMs: number): RuntimeEvent => ({ environmentId: 'e1', action, atMs })

it('takes what is told late, after a newer event or after the clock was set back', async () => {
  const { streams, seen } = follow()
  await expect.poll(() => streams.length).toBe(1)
  streams[0]?.tell(event('started', 90_000))
  streams[0]?.tell(event('ended', 89_500))
  streams[0]?.tell(event('outOfMemory', 5_000))
  expect(seen).toEqual(['started at 90000', 'ended at 89500', 'outOfMemory at 5000'])
})

it('takes once what a new stream tells again, and from the last event on', async () => {
  const { streams, seen } = follow()
  await expect.poll(() => streams.length).toBe(1)
  streams[0]?.tell(event('started', 90_000))
  streams[0]?.tell(event('ended', 89_500))
  streams[0]?.end()
  await expect.poll(() => streams.length, { timeout: 5_000 }).toBe(2)
  expect(streams[1]?.sinceMs).toBe(89_500)
  for (const [action, atMs] of [
    ['ended', 89_500],
    ['started', 90_000],
    ['removed', 90_000],
  ] as const) {
    streams[1]?.tell(event(action, atMs))
  }
  expect(seen).toEqual(['started at 90000', 'ended at 89500', 'removed at 90000'])
})

it('ends at once while the engine hangs, and lets go of what it asked for', async () => {
  const forEver = () => new Promise<never>(() => {})
  const asked = vi.fn()
  const loop = createReconcileLoop({
    reconcile: forEver,
    runtime: {
      followEvents: (_sinceMs, _onEvent, signal) => {
        asked()
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('let go'))))
      },
    },
    onEvent: () => {},
    log,
  })
  loop.start()
  await expect.poll(() => asked.mock.calls.length).toBe(1)
  const startedAt = performance.now()
  await loop.stop()
  expect(performance.now() - startedAt).toBeLessThan(1_000)
})
