/** An engine that is restarted or hangs for a moment is no reason to fail: the step waits for it and runs again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OperationProgress } from '../lib/operation-progress.ts'
import { RuntimeUnavailable } from '../services/runtime.ts'

const pauseMs = 500
/** While an engine ends it still answers, with failures of its own parts in any words; so a refusal is asked about again. */
const maxRefusals = 3
const refusalPauseMs = 1_000

/** Resolves when the engine answers. */
export type EnginePing = () => Promise<void>

export type OutlastOptions = {
  ping: EnginePing
  progress: Pick<OperationProgress, 'report'>
  signal: AbortSignal
  /** Told when the engine falls silent and when it is heard again. */
  onSilence: (isSilent: boolean) => void
}

/** `perform` must be safe to run twice. Throws what it throws, and when `signal` aborts meanwhile. */
export async function outlastEngine(
  perform: () => Promise<void>,
  { ping, progress, signal, onSilence }: OutlastOptions,
): Promise<void> {
  for (let refusals = 0; ;) {
    try {
      return await perform()
    } catch (error) {
      if (!(error instanceof RuntimeUnavailable)) throw error
      if (error.hasAnswered) {
        refusals += 1
        if (refusals > maxRefusals) throw error
        await sleep(refusalPauseMs, null, { signal })
        continue
      }
      progress.report(null, 'The container engine does not answer; waiting for it')
      onSilence(true)
      await untilAnswered(ping, signal)
      onSilence(false)
    }
  }
}

async function untilAnswered(ping: EnginePing, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(pauseMs, null, { signal })
    try {
      return await ping()
    } catch (error) {
      if (!isSilent(error)) throw error
    }
  }
}

function isSilent(error: unknown): boolean {
  return error instanceof RuntimeUnavailable && !error.hasAnswered
}
