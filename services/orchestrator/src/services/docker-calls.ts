/** How failures of the engine are read: one place for status codes and for an engine that is not there. */
import { ImageMissing, RuntimeUnavailable } from './runtime.ts'

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

/** Runs one engine call; whatever is not a known outcome becomes `RuntimeUnavailable` with the cause kept for the log. */
export async function call<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ImageMissing) throw error
    const status = statusOf(error)
    const words = status === null ? 'the container engine does not answer' : `the container engine answered ${status}`
    throw new RuntimeUnavailable(words, { cause: error })
  }
}
