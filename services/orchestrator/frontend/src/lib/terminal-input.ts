/**
 * Sends input in frames that the server accepts and no faster than the socket takes it, so that a paste of megabytes
 * arrives whole and keys typed after it keep their order. Never holds input for a later connection.
 */
import { maxFrameBytes } from '@craftastic/contract'
import type { SocketLike } from './terminal-socket'

const chunkBytes = maxFrameBytes / 2
const highWaterBytes = 256 * 1024
const pollMs = 10

export class TerminalInput {
  readonly #socket: SocketLike
  #waiting: Uint8Array<ArrayBuffer>[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(socket: SocketLike) {
    this.#socket = socket
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
      this.#waiting.push(bytes.subarray(start, start + chunkBytes))
    }
    if (this.#timer === undefined) this.#drain()
  }

  /** Stops, and answers how many bytes can no longer reach the server. */
  stop(): number {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = this.#waiting.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    this.#waiting = []
    return waiting + this.#socket.bufferedAmount
  }

  #drain(): void {
    this.#timer = undefined
    if (this.#socket.readyState !== 1) return
    while (this.#waiting.length > 0 && this.#socket.bufferedAmount < highWaterBytes) {
      const chunk = this.#waiting.shift()
      if (chunk) this.#socket.send(chunk)
    }
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#drain(), pollMs)
  }
}
