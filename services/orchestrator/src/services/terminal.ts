/**
 * One viewer of one session: joins a browser's socket to a tmux client on an SSH channel.
 *
 *     idle      → attaching   attach() was called
 *     attaching → attached    first output of the tmux client
 *     attached  → stalled     more than `creditBytes` in flight for `stallMs`: the tmux client is let go
 *     stalled   → attaching   an acknowledgement freed credit, or the viewer typed: one redraw
 *     attaching, attached → idle   the tmux client is gone; `onLost` decides
 *     any       → closed
 *
 * A tmux client that is attached and not read makes the tmux server inside the container buffer without limit, so a
 * stalled viewer is detached instead of paused for long. Input is held until the first output of an attach: before the
 * client has its terminal in raw mode, a ^C would kill it. Bytes are never decoded.
 */
import type { TerminalServerMessage } from '@craftastic/contract'
import type { TerminalChannel, TerminalSize } from './ssh.ts'

/** Output that may be on its way to the screen. */
export const creditBytes = 256 * 1024
/** Once stopped, output goes on below this. */
const resumeBytes = 64 * 1024
export const stallMs = 300
/** Input that may wait for an attach; above it the socket is not read. */
const heldInputBytes = 64 * 1024
/**
 * How long a tmux client is kept after input went to it. Its terminal is torn down with whatever tmux has not read of it
 * yet; tmux reads within milliseconds, unless the machine is busy.
 */
export const inputSettleMs = 1_000

/** The browser's side. */
export interface TerminalSink {
  /** `sent` is called when the bytes have left this process. */
  sendOutput(bytes: Buffer, sent: () => void): void
  sendMessage(message: TerminalServerMessage): void
  /** Bytes handed over that have not left this process. */
  readonly bufferedBytes: number
  pauseInput(): void
  resumeInput(): void
}

export type TerminalViewerOptions = {
  sessionId: string
  size: TerminalSize
  sink: TerminalSink
  /** Input is dropped, and that is said once. */
  readOnly: boolean
  attach(size: TerminalSize): Promise<TerminalChannel>
  /** Input is on its way to the tmux client. */
  onInput?(bytes: Buffer): void
  /** The tmux client is gone, or could not be started (`error`), and nobody here asked for it. */
  onLost(error: unknown): void
}

type State = 'idle' | 'attaching' | 'attached' | 'stalled' | 'closed'

export class TerminalViewer {
  readonly #options: TerminalViewerOptions
  #state: State = 'idle'
  #size: TerminalSize
  #channel: TerminalChannel | null = null
  #heldInput: Buffer[] = []
  #sentBytes = 0
  /** Cumulative count from the viewer; null until it sends the first. */
  #acknowledgedBytes: number | null = null
  #stallTimer: NodeJS.Timeout | null = null
  #hasRefusedInput = false
  /** When input was last given to the channel, in milliseconds of `performance.now()`. */
  #wroteAtMs = -Infinity

  constructor(options: TerminalViewerOptions) {
    this.#options = options
    this.#size = options.size
  }

  /** Attaches, at first or again. Does nothing while attached or closed. */
  async attach(): Promise<void> {
    if (this.#state !== 'idle' && this.#state !== 'stalled') return
    this.#state = 'attaching'
    try {
      const channel = await this.#options.attach(this.#size)
      if (this.#isClosed()) channel.close()
      else this.#join(channel)
    } catch (error) {
      if (this.#isClosed()) return
      this.#state = 'idle'
      this.#options.onLost(error)
    }
  }

  input(bytes: Buffer): void {
    if (this.#options.readOnly) return this.#refuseInput()
    if (this.#state === 'attached') return this.#write(bytes)
    if (this.#state === 'closed') return
    this.#heldInput.push(bytes)
    if (this.#heldInput.reduce((sum, held) => sum + held.length, 0) > heldInputBytes) this.#options.sink.pauseInput()
    // A ^C must bite although the viewer is behind.
    if (this.#state === 'stalled') void this.attach()
  }

  resize(size: TerminalSize): void {
    if (size.cols === this.#size.cols && size.rows === this.#size.rows) return
    this.#size = size
    this.#channel?.resize(size)
  }

  /** `bytes` is how much the viewer has consumed since it connected. */
  acknowledge(bytes: number): void {
    this.#acknowledgedBytes = Math.max(this.#acknowledgedBytes ?? 0, Math.min(bytes, this.#sentBytes))
    this.#release()
  }

  /** Resolves when the tmux client was let go of. Held input is dropped: `onInput` has not told of it. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#heldInput = []
    await this.#leave()
  }

  #join(channel: TerminalChannel): void {
    const { sink, sessionId } = this.#options
    this.#channel = channel
    channel.resize(this.#size)
    sink.sendMessage({ type: 'ready', sessionId, ...this.#size })
    channel.output.on('data', (bytes: Buffer) => {
      if (this.#channel === channel) this.#forward(bytes)
    })
    channel.onDrain(() => sink.resumeInput())
    channel.onClose(() => {
      if (this.#channel !== channel) return
      this.#state = 'idle'
      this.#wroteAtMs = -Infinity
      void this.#leave()
      this.#options.onLost(null)
    })
  }

  #forward(bytes: Buffer): void {
    this.#sentBytes += bytes.length
    this.#options.sink.sendOutput(bytes, () => this.#release())
    if (this.#state === 'attaching') this.#releaseHeldInput()
    if (this.#inFlightBytes() <= creditBytes || this.#stallTimer !== null) return
    this.#channel?.output.pause()
    this.#stallTimer = setTimeout(() => {
      this.#state = 'stalled'
      void this.#leave()
    }, stallMs)
  }

  #refuseInput(): void {
    if (this.#hasRefusedInput) return
    this.#hasRefusedInput = true
    const message = 'You are only watching: what you type is not sent.'
    this.#options.sink.sendMessage({ type: 'error', code: 'read_only', message })
  }

  #releaseHeldInput(): void {
    this.#state = 'attached'
    const held = this.#heldInput
    this.#heldInput = []
    this.#options.sink.resumeInput()
    for (const bytes of held) this.#write(bytes)
  }

  #write(bytes: Buffer): void {
    const channel = this.#channel
    if (channel === null) return
    this.#wroteAtMs = performance.now()
    if (!channel.write(bytes)) this.#options.sink.pauseInput()
    this.#options.onInput?.(bytes)
  }

  /** Until the first acknowledgement the socket's own buffer is the measure. */
  #inFlightBytes(): number {
    if (this.#acknowledgedBytes === null) return this.#options.sink.bufferedBytes
    return this.#sentBytes - this.#acknowledgedBytes
  }

  #release(): void {
    if (this.#inFlightBytes() > resumeBytes) return
    if (this.#stallTimer !== null) {
      clearTimeout(this.#stallTimer)
      this.#stallTimer = null
      this.#channel?.output.resume()
    } else if (this.#state === 'stalled') {
      void this.attach()
    }
  }

  /** Lets go of the tmux client, which ends with its channel: once tmux has read what was typed. */
  async #leave(): Promise<void> {
    if (this.#stallTimer !== null) clearTimeout(this.#stallTimer)
    this.#stallTimer = null
    const channel = this.#channel
    this.#channel = null
    if (channel === null) return
    const settledMs = performance.now() - this.#wroteAtMs
    if (settledMs < inputSettleMs) {
      // Unread, it would make tmux buffer.
      channel.output.resume()
      await new Promise((resolve) => void setTimeout(resolve, inputSettleMs - settledMs).unref())
    }
    channel.close()
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }
}
