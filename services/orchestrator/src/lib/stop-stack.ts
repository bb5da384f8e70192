/** What a process has started, to be stopped in reverse order. A part that fails to stop does not keep the others up. */
import type { Log } from './log.ts'

export class StopStack {
  readonly #parts: { name: string; stop: () => Promise<void> }[] = []
  #stopped: Promise<void> | null = null

  /** @throws when stopping has begun already; the part is stopped first. */
  async add(name: string, stop: () => Promise<void>): Promise<void> {
    if (this.#stopped !== null) {
      await stop()
      throw new Error(`Stopping began while ${name} was being started`)
    }
    this.#parts.push({ name, stop })
  }

  /** Stops everything once, however often it is called. */
  stopAll(log: Log): Promise<void> {
    this.#stopped ??= this.#stopEach(log)
    return this.#stopped
  }

  async #stopEach(log: Log): Promise<void> {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      const { name } = part
      await part.stop().catch((error: unknown) => log.error({ err: error }, `stopping ${name} failed`))
    }
  }
}
