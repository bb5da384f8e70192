/**
 * Counts attempts per key in a sliding window, in this process's memory. A check takes its attempt before the outcome
 * is known, so that many at once cannot slip through, and gives it back when it should not count.
 */
export class AttemptLimiter {
  readonly #maxAttempts: number
  readonly #windowMs: number
  readonly #attempts = new Map<string, number[]>()

  constructor(options: { maxAttempts: number; windowMs: number }) {
    this.#maxAttempts = options.maxAttempts
    this.#windowMs = options.windowMs
  }

  /** Takes an attempt. Answers null, or the whole seconds until the next one is possible. */
  take(key: string, nowMs = Date.now()): number | null {
    const recent = (this.#attempts.get(key) ?? []).filter((at) => at > nowMs - this.#windowMs)
    const oldest = recent[0]
    if (recent.length >= this.#maxAttempts && oldest !== undefined) {
      return Math.max(1, Math.ceil((oldest + this.#windowMs - nowMs) / 1000))
    }
    if (this.#attempts.size >= maxKeys) this.#dropOver(nowMs)
    this.#attempts.set(key, [...recent, nowMs])
    return null
  }

  giveBack(key: string): void {
    const recent = this.#attempts.get(key)
    recent?.pop()
    if (recent?.length === 0) this.#attempts.delete(key)
  }

  #dropOver(nowMs: number): void {
    for (const [key, attempts] of this.#attempts) {
      if ((attempts.at(-1) ?? 0) <= nowMs - this.#windowMs) this.#attempts.delete(key)
    }
    // Still full: somebody tries names by the thousand. Forgetting the oldest keeps memory bounded.
    for (const key of this.#attempts.keys()) {
      if (this.#attempts.size < maxKeys) return
      this.#attempts.delete(key)
    }
  }
}

const maxKeys = 10_000
