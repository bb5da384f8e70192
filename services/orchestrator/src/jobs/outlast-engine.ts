/** An engine that is restarted or hangs for a moment is no reason to fail: the step waits for it and runs again. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { OperationProgress } from '../lib/operation-progress.ts'
import { RuntimeUnavailable } from '../services/runtime.ts'

const pauseMs = 500

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
  for (;;) {
    try {
      return await perform()
    } catch (error) {
      if (!isSilent(error)) throw error
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
