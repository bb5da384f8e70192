/**
 * Credit flow control, the client's half: tells the server how many bytes the terminal has really consumed. The first
 * acknowledgement goes out early because it starts the credit; later ones every 32 KiB, and one shortly after the
 * output goes quiet, so that the server never waits for a remainder.
 */
const ackEveryBytes = 32 * 1024
const quietMs = 50

export class TerminalAcks {
  readonly #send: (bytes: number) => void
  #consumed = 0
  #acknowledged = -1
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(send: (bytes: number) => void) {
    this.#send = send
  }

  /** Starts the credit. */
  begin(): void {
    this.#acknowledge()
  }

  consume(bytes: number): void {
    this.#consumed += bytes
    if (this.#consumed - Math.max(0, this.#acknowledged) >= ackEveryBytes) {
      this.#acknowledge()
      return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#acknowledge(), quietMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #acknowledge(): void {
    clearTimeout(this.#timer)
    if (this.#acknowledged === this.#consumed) return
    this.#acknowledged = this.#consumed
    this.#send(this.#consumed)
  }
}
