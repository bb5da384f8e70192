/**
 * When the reconciler looks: at the start, soon after the engine told of an end or somebody found an environment lost,
 * and every 30 s. The engine's events are followed from the last one on, over its restarts and ours.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../lib/log.ts'
import type { ContainerRuntime, RuntimeEvent } from '../services/runtime.ts'

const intervalMs = 30_000
/** Several ends come together, such as those of a stopped engine; they are looked at together. */
const gatherMs = 100
const resubscribeMs = 1_000
/** More than an engine tells again to who subscribes anew (Docker keeps 256). */
const rememberedEvents = 1_000
/** The engine tells of an end a moment before its own lists know (seen 100 ms later, on a loaded machine). */
const secondLookMs = 1_000

export type ReconcileLoopOptions = {
  reconcile: () => Promise<void>
  runtime: Pick<ContainerRuntime, 'followEvents'>
  onEvent: (event: RuntimeEvent) => void
  log: Log
}

export interface ReconcileLoop {
  start(): void
  /** Looks soon. */
  nudge(): void
  stop(): Promise<void>
}

export function createReconcileLoop({ reconcile, runtime, onEvent, log }: ReconcileLoopOptions): ReconcileLoop {
  const ended = new AbortController()
  const end = new Promise<void>((resolve) => ended.signal.addEventListener('abort', () => resolve(), { once: true }))
  let wake = () => {}
  let isNudged = false
  let lastEventMs: number | null = null
  const taken = new Set<string>()
  let isFailing = false
  let running: Promise<unknown> = Promise.resolve()

  const nudge = () => {
    isNudged = true
    wake()
  }

  return {
    start: () => {
      running = Promise.all([look(), follow()])
    },
    nudge,
    stop: async () => {
      ended.abort()
      wake()
      await running
    },
  }

  async function look(): Promise<void> {
    while (!ended.signal.aborted) {
      isNudged = false
      try {
        // An engine that hangs is not waited for at the end.
        await Promise.race([reconcile(), end])
        isFailing = false
      } catch (error) {
        // Said once for each outage.
        log[isFailing ? 'debug' : 'warn']({ err: error }, 'rows and engine could not be compared; trying again')
        isFailing = true
      }
      await pause(isFailing ? resubscribeMs : intervalMs)
    }
  }

  /** Until it is time, somebody nudges, or the end. */
  async function pause(ms: number): Promise<void> {
    if (!isNudged && !ended.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    if (!ended.signal.aborted) await sleep(gatherMs)
  }

  async function follow(): Promise<void> {
    while (!ended.signal.aborted) {
      try {
        const stream = await runtime.followEvents(lastEventMs, take, ended.signal)
        // What happened before is found by looking.
        nudge()
        await Promise.race([stream.ended, end])
        stream.close()
      } catch (error) {
        log.debug({ err: error }, 'the events of the engine cannot be followed yet')
      }
      await sleep(resubscribeMs, null, { signal: ended.signal }).catch(() => {})
    }
  }

  /** A new stream begins with the second of the last event: which of them are new their times do not tell, for clocks are set. */
  function take(event: RuntimeEvent): void {
    const key = `${event.atMs} ${event.action} ${event.environmentId}`
    if (taken.has(key)) return
    taken.add(key)
    const [oldest] = taken
    if (oldest !== undefined && taken.size > rememberedEvents) taken.delete(oldest)
    lastEventMs = event.atMs
    onEvent(event)
    if (event.action === 'started') return
    nudge()
    setTimeout(nudge, secondLookMs).unref()
  }
}
