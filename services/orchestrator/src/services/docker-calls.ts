/** How failures of the engine are read: one place for status codes and for an engine that is not there. */
import { ImageMissing, RuntimeUnavailable, type ContainerRuntime } from './runtime.ts'

/** HTTP status of an engine error, null for anything else. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('statusCode' in error)) return null
  return typeof error.statusCode === 'number' ? error.statusCode : null
}

/** Waits for `work`; a failure with `status` answers null. */
export async function orNull<T>(status: number, work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (statusOf(error) === status) return null
    throw error
  }
}

/** The engine has no time limit of its own; one that is frozen would hold its callers for ever. */
const answerDeadlineMs = 30_000

/** Told of every call: which verb it was for, how it ended and how long it took. */
export type CallObserver = (call: keyof ContainerRuntime, outcome: 'ok' | 'failed', seconds: number) => void

/**
 * Answers what runs engine calls. Whatever is not a known outcome becomes `RuntimeUnavailable` with the cause kept for
 * the log, and counts as failed. `tooLate` aborts when nobody waits for the answer any more, which may come all the same.
 */
export function createCaller(onCall: CallObserver) {
  return async function call<T>(verb: keyof ContainerRuntime, work: (tooLate: AbortSignal) => Promise<T>): Promise<T> {
    const startedAtMs = performance.now()
    const tell = (outcome: 'ok' | 'failed') => onCall(verb, outcome, (performance.now() - startedAtMs) / 1000)
    try {
      const answer = await inTime(work)
      tell('ok')
      return answer
    } catch (error) {
      tell(error instanceof ImageMissing ? 'ok' : 'failed')
      throw readFailure(error)
    }
  }
}

function readFailure(error: unknown): ImageMissing | RuntimeUnavailable {
  if (error instanceof ImageMissing) return error
  const status = statusOf(error)
  const hasAnswered = status !== null && !isEnding(error)
  const words = hasAnswered ? `the container engine answered ${status}` : 'the container engine does not answer'
  return new RuntimeUnavailable(words, { cause: error, hasAnswered })
}

async function inTime<T>(work: (tooLate: AbortSignal) => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new AbortController()
  const tooLate = new Promise<never>((_, reject) => {
    const words = `no answer within ${answerDeadlineMs / 1000} s`
    timer = setTimeout(() => {
      reject(new Error(words))
      late.abort()
    }, answerDeadlineMs)
  })
  try {
    return await Promise.race([work(late.signal), tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/** What an engine says of its own parts while it is stopped or restarted. */
function isEnding(error: unknown): boolean {
  const words = error instanceof Error ? error.message : ''
  return /shutting down|transport is closing|connection refused|error reading from server|context canceled/i.test(words)
}

/**
 * Whether an engine that was killed while it started a container has lost sight of what it had begun. It never starts
 * that container again, and another one at once.
 */
export function isOrphanedTask(error: unknown): boolean {
  return statusOf(error) === 500 && error instanceof Error && /task [0-9a-f]{64}: already exists/.test(error.message)
}
