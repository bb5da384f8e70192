/**
 * Of a burst of creates, every one is written down before this server begins to start them: an answer takes a few
 * milliseconds of processor time and a start takes a second, so starts that begin meanwhile would keep people waiting
 * for answers (measured by `npm run bench:load`).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import PQueue from 'p-queue'

/** Written down at the same time; more would hold the connections that everybody else's requests need. */
const atOnce = 4
/** A burst that does not end must not keep starts from beginning. */
const longestWaitMs = 3_000

export type CreateLine = {
  /** Runs what writes an environment down when it is its turn. */
  writeDown<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when none waits to be written down. */
  untilQuiet(): Promise<void>
}

export function createCreateLine(): CreateLine {
  const queue = new PQueue({ concurrency: atOnce })
  return {
    writeDown: (work) => queue.add(work),
    untilQuiet: () => Promise.race([queue.onIdle(), sleep(longestWaitMs, undefined, { ref: false })]),
  }
}
