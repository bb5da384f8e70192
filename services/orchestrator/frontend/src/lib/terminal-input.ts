/**
 * What was typed and is not known to have arrived. It outlives the socket: the server counts the bytes it gave to the
 * session and says so, so that the next socket goes on where the last one got to, and nothing is lost or typed twice.
 * Sent in frames that the server accepts and no faster than the socket takes it, so that a paste of megabytes arrives
 * whole and keys typed after it keep their order.
 */
import { maxFrameBytes } from '@craftastic/contract'
import { endOfPaste } from './terminal-paste'
import type { SocketLike } from './terminal-socket'

const chunkBytes = maxFrameBytes / 2
const highWaterBytes = 256 * 1024
const pollMs = 10
const reportEveryMs = 100
/** What may be typed while there is no connection. */
const maxHeldBytes = 64 * 1024
/** Typed longer ago than this it is not sent any more: what it was typed for may have changed. */
export const maxHeldMs = 2 * 60_000

const endOfPasteBytes = new TextEncoder().encode(endOfPaste)

/**
 * Why input was given up: the server cannot tell whether it arrived; it waited too long for a connection; or the
 * terminal is over.
 */
export type InputLoss = 'unknown' | 'late' | 'over'

type Listeners = {
  onLost(bytes: number, why: InputLoss): void
  /** Told now and then how many bytes wait for the network, and that none do any more. */
  onWaiting(bytes: number): void
}

export class TerminalInput {
  readonly #listeners: Listeners
  #streamId = newStreamId()
  /** Oldest first. */
  #chunks: Uint8Array<ArrayBuffer>[] = []
  /** What the terminal said by itself: for the connection that asked, and no other. */
  readonly #replies = new WeakSet<Uint8Array>()
  /** How many of the chunks the present socket was given. */
  #givenChunks = 0
  /** How many of the bytes, from the first one, any socket was given. */
  #givenBytes = 0
  /** How many of them, from the first one, the present socket was given. */
  #givenNowBytes = 0
  /** Who counts what has arrived; null before the first connection. */
  #countId: string | null = null
  #arrivedBytes = 0
  #heldSinceMs: number | null = null
  #socket: SocketLike | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #reportedBytes = 0
  #reportedAtMs = 0

  constructor(listeners: Listeners) {
    this.#listeners = listeners
  }

  /** Names the stream to the server. */
  get streamId(): string {
    return this.#streamId
  }

  /** Answers false when too much waits for a connection already. `isReply` is sent now or never. */
  send(bytes: Uint8Array<ArrayBuffer>, { isReply = false } = {}): boolean {
    if (this.#socket === null) {
      if (this.#unconfirmedBytes() + bytes.byteLength > maxHeldBytes) return false
      this.#heldSinceMs ??= Date.now()
    }
    for (let start = 0; start < bytes.byteLength;) {
      const end = chunkEnd(bytes, start)
      const chunk = bytes.subarray(start, end)
      if (isReply) this.#replies.add(chunk)
      this.#chunks.push(chunk)
      start = end
    }
    if (this.#timer === undefined) this.#drain()
    return true
  }

  /** The server said, first thing on a new socket, how much of the stream has arrived. */
  resume(countId: string, bytes: number): void {
    if (this.#heldSinceMs !== null && Date.now() - this.#heldSinceMs > maxHeldMs) this.#giveUp('late')
    if (countId === this.#countId) this.acknowledge(bytes)
    else if (this.#givenBytes > 0) this.#giveUp('unknown')
    this.#countId = countId
    this.#arrivedBytes = bytes
    this.#dropReplies()
  }

  /** `bytes` of the stream have arrived so far. */
  acknowledge(bytes: number): void {
    let arrived = bytes - this.#arrivedBytes
    if (arrived <= 0) return
    this.#arrivedBytes = bytes
    this.#givenBytes = Math.max(0, this.#givenBytes - arrived)
    this.#givenNowBytes = Math.max(0, this.#givenNowBytes - arrived)
    for (let first = this.#chunks[0]; first && arrived > 0; first = this.#chunks[0]) {
      if (first.byteLength > arrived) {
        const rest = first.subarray(arrived)
        if (this.#replies.has(first)) this.#replies.add(rest)
        this.#chunks[0] = rest
        return
      }
      arrived -= first.byteLength
      this.#chunks.shift()
      this.#givenChunks = Math.max(0, this.#givenChunks - 1)
    }
  }

  /** From now on everything goes to this socket, what has not arrived first. */
  attach(socket: SocketLike): void {
    if (this.#socket === socket) return
    this.#socket = socket
    this.#heldSinceMs = null
    this.#drain()
  }

  /** The socket is gone. */
  detach(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#socket = null
    this.#givenChunks = 0
    this.#givenNowBytes = 0
    if (this.#chunks.length > 0) this.#heldSinceMs ??= Date.now()
    this.#report()
  }

  /** The terminal is over: what comes next is another stream. What was sent last is not expected to be confirmed. */
  end(): void {
    this.detach()
    const unsent = this.#unconfirmedBytes() - this.#givenBytes
    this.#clear()
    this.#streamId = newStreamId()
    this.#countId = null
    if (unsent > 0) this.#listeners.onLost(unsent, 'over')
  }

  /** Gives up what the socket has no room for yet, which is the rest of a paste: nobody types that much. */
  giveUpPaste(): void {
    if (this.#socket === null || this.#waitingBytes() <= chunkBytes) return
    this.#chunks.splice(this.#givenChunks, Infinity, endOfPasteBytes)
    this.#givenBytes = this.#givenNowBytes
  }

  #giveUp(why: InputLoss): void {
    const bytes = this.#unconfirmedBytes()
    this.#clear()
    if (bytes > 0) this.#listeners.onLost(bytes, why)
  }

  /** Counted until here, because they may have arrived. */
  #dropReplies(): void {
    let position = 0
    let droppedGivenBytes = 0
    this.#chunks = this.#chunks.filter((chunk) => {
      const isReply = this.#replies.has(chunk)
      if (isReply && position < this.#givenBytes) droppedGivenBytes += chunk.byteLength
      position += chunk.byteLength
      return !isReply
    })
    this.#givenBytes -= droppedGivenBytes
  }

  #clear(): void {
    this.#chunks = []
    this.#givenChunks = 0
    this.#givenBytes = 0
    this.#givenNowBytes = 0
    this.#heldSinceMs = null
    this.#report()
  }

  #unconfirmedBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
  }

  #drain(): void {
    this.#timer = undefined
    const socket = this.#socket
    // A socket that is closing takes bytes without a word and drops them.
    if (socket?.readyState !== 1) return
    while (this.#givenChunks < this.#chunks.length && socket.bufferedAmount < highWaterBytes) {
      const chunk = this.#chunks[this.#givenChunks]
      if (!chunk) return
      socket.send(chunk)
      this.#givenChunks += 1
      this.#givenNowBytes += chunk.byteLength
      this.#givenBytes = Math.max(this.#givenBytes, this.#givenNowBytes)
    }
    this.#report()
    if (this.#givenChunks < this.#chunks.length) this.#timer = setTimeout(() => this.#drain(), pollMs)
  }

  /** Without a socket none: what was typed in a gap is no paste that takes its time. */
  #waitingBytes(): number {
    return this.#socket === null ? 0 : this.#unconfirmedBytes() - this.#givenNowBytes
  }

  #report(): void {
    const bytes = this.#waitingBytes()
    const nowMs = performance.now()
    if (bytes === this.#reportedBytes || (bytes > 0 && nowMs - this.#reportedAtMs < reportEveryMs)) return
    this.#reportedBytes = bytes
    this.#reportedAtMs = nowMs
    this.#listeners.onWaiting(bytes)
  }
}

/** Not within a character: its halves could go to two tmux clients, neither of which would understand its own. */
function chunkEnd(bytes: Uint8Array, start: number): number {
  let end = Math.min(start + chunkBytes, bytes.byteLength)
  while (end < bytes.byteLength && end > start + 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return end
}

/** Pages without TLS have no randomUUID(). */
function newStreamId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
