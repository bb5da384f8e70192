/**
 * One viewer of one session: joins a browser's socket to a tmux client on an SSH channel.
 *
 *     idle      → attaching   attach() was called
 *     attaching → attached    first output of the tmux client
 *     attached  → stalled     more than `creditBytes` in flight for `stallMs`: the tmux client is let go
 *     stalled   → attaching   an acknowledgement freed credit, or the viewer typed: one redraw. Who stalls again and
 *                             again waits a while for it, unless that one types
 *     attaching, attached → idle   the tmux client is gone; `onLost` decides
 *     any       → closed
 *
 * A tmux client that is attached and not read makes the tmux server inside the container buffer without limit, so a
 * stalled viewer is detached instead of paused for long. Input is held until the first output of an attach: before the
 * client has its terminal in raw mode, a ^C would kill it. It is held, too, while a tmux client is ending that takes none.
 * Output is never decoded.
 */
import type { TerminalServerMessage } from '@craftastic/contract'
import type { TerminalChannel, TerminalSize } from './ssh.ts'
import { dropAnswers, type Question } from './terminal-replies.ts'

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
/** How long it is kept at most for input that could not be sent to it yet. */
export const inputSendMs = 5_000
/** Before a viewer is attached that stalled, by how often it did so in a row. */
const attachDelaysMs = [0, 500, 1_000, 2_000]
/** Who stays attached for so long has not stalled in a row. */
const steadyMs = 5_000
const sendPollMs = 20
/**
 * How long after its start a tmux client is given what its terminal answers. tmux takes an answer that comes five seconds
 * after the question, or twice, for keys (`TTY_QUERY_TIMEOUT` of tmux 3.5).
 */
const answerMs = 4_000

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
  /** Input is on its way to the tmux client, or was an answer that it does not wait for. */
  onInput?(bytes: Buffer): void
  /** The tmux client of an attach is there: it has drawn the screen. */
  onAttached?(): void
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
  /** One after the other without a steady time between them. */
  #stalls = 0
  #joinedAtMs = -Infinity
  /** What the present tmux client was told of its terminal. */
  readonly #answered = new Set<Question>()
  /** Runs while a viewer that stalled often waits for its attach. */
  #attachTimer: NodeJS.Timeout | null = null
  /** Resolves when what an earlier channel took has been sent: what the next one takes comes behind it. */
  #sending: Promise<void> | null = null
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
    this.#stopWaiting()
    try {
      if (this.#sending !== null) await this.#sending
      if (this.#isClosed()) return
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
    this.#hold(bytes)
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
    this.#stopWaiting()
    await this.#leave()
  }

  #join(channel: TerminalChannel): void {
    const { sink, sessionId } = this.#options
    this.#channel = channel
    this.#joinedAtMs = performance.now()
    this.#answered.clear()
    channel.resize(this.#size)
    sink.sendMessage({ type: 'ready', sessionId, ...this.#size })
    channel.output.on('data', (bytes: Buffer) => {
      if (this.#channel === channel) this.#forward(bytes)
    })
    channel.onDrain(() => {
      if (this.#channel === channel) sink.resumeInput()
    })
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
    if (this.#state === 'attaching') {
      this.#releaseHeldInput()
      this.#options.onAttached?.()
    }
    if (this.#inFlightBytes() <= creditBytes || this.#stallTimer !== null) return
    this.#channel?.output.pause()
    this.#stallTimer = setTimeout(() => this.#stall(), stallMs)
  }

  #stall(): void {
    this.#state = 'stalled'
    this.#stalls = performance.now() - this.#joinedAtMs < steadyMs ? this.#stalls + 1 : 1
    void this.#leave()
    if (this.#heldInput.length > 0) void this.attach()
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
    // What an ending client does not take is for the next one, behind what waits for that already.
    if (channel?.isWritable !== true || this.#heldInput.length > 0) return this.#hold(bytes)
    const wanted = dropAnswers(bytes, (question) => this.#awaits(question))
    if (wanted.length > 0) {
      this.#wroteAtMs = performance.now()
      if (!channel.write(wanted)) this.#options.sink.pauseInput()
    }
    this.#options.onInput?.(bytes)
  }

  /** Once for each tmux client: one that was sent away leaves its answers to the next. */
  #awaits(question: Question): boolean {
    if (performance.now() - this.#joinedAtMs > answerMs || this.#answered.has(question)) return false
    this.#answered.add(question)
    return true
  }

  #hold(bytes: Buffer): void {
    this.#heldInput.push(bytes)
    if (this.#heldInput.reduce((sum, held) => sum + held.length, 0) > heldInputBytes) this.#options.sink.pauseInput()
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
    } else if (this.#state === 'stalled' && this.#attachTimer === null) {
      const delayMs = attachDelaysMs[Math.min(this.#stalls, attachDelaysMs.length) - 1] ?? 0
      if (delayMs === 0) void this.attach()
      else this.#attachTimer = setTimeout(() => void this.attach(), delayMs)
    }
  }

  #stopWaiting(): void {
    if (this.#attachTimer !== null) clearTimeout(this.#attachTimer)
    this.#attachTimer = null
  }

  /** Lets go of the tmux client, which ends with its channel: once tmux has read what was typed. */
  async #leave(): Promise<void> {
    if (this.#stallTimer !== null) clearTimeout(this.#stallTimer)
    this.#stallTimer = null
    const channel = this.#channel
    this.#channel = null
    if (channel === null) return
    // Acknowledgements come the same way as the input that this channel held up.
    this.#options.sink.resumeInput()
    let wroteAtMs = this.#wroteAtMs
    // Unread, it would make tmux buffer.
    if (performance.now() - wroteAtMs < inputSettleMs || hasUnsent(channel)) channel.output.resume()
    if (hasUnsent(channel)) {
      await this.#waitUntilSent(channel)
      wroteAtMs = performance.now()
    }
    const settledMs = performance.now() - wroteAtMs
    if (settledMs < inputSettleMs) await sleep(inputSettleMs - settledMs)
    channel.close()
  }

  async #waitUntilSent(channel: TerminalChannel): Promise<void> {
    const sending = Promise.all([this.#sending, untilSent(channel)]).then(() => {
      if (this.#sending === sending) this.#sending = null
    })
    this.#sending = sending
    await sending
  }

  #isClosed(): boolean {
    return this.#state === 'closed'
  }
}

/** What a closed channel did not send is lost. */
function hasUnsent(channel: TerminalChannel): boolean {
  return channel.isWritable && channel.unsentBytes > 0
}

async function untilSent(channel: TerminalChannel): Promise<void> {
  const giveUpAtMs = performance.now() + inputSendMs
  while (hasUnsent(channel) && performance.now() < giveUpAtMs) await sleep(sendPollMs)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}
