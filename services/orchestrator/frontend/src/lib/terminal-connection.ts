/**
 * The browser's end of one terminal: opens the socket, keeps it, and says what is going on. It knows neither React nor
 * xterm.js. What is typed between a loss and the next `ready` waits for it (`terminal-input.ts`). What a terminal answers
 * to output of an earlier connection is never sent: until all older output is consumed, answers are refused.
 *
 *     connecting → connected        `ready` arrived
 *     connecting, connected → waiting → connecting      lost; again after a pause, or at once when asked
 *     connecting, connected → ended | stopped | gone | refused | signed-out      final; only connect() leaves it
 */
import {
  TerminalServerMessage,
  finalTerminalCloseCodes,
  terminalCloseCode,
  type TerminalClientMessage,
  type TerminalWatcher,
} from '@craftastic/contract'
import { TerminalAcks } from './terminal-acks'
import { TerminalInput, type InputLoss } from './terminal-input'
import { isReply } from './terminal-replies'
import { retryDelayMs } from './terminal-retry'
import type { SocketLike } from './terminal-socket'

export type TerminalPhase =
  | { name: 'idle' | 'connected' | 'ended' | 'stopped' | 'gone' | 'signed-out' }
  /** `again`: there was a connection, or a try for one, and it was lost. */
  | { name: 'connecting'; again: boolean }
  | { name: 'waiting'; retryAtMs: number }
  | { name: 'refused'; reason: string | null }

/** Why a socket did not open, asked over HTTP because a browser is not told. */
export type Diagnosis = 'retry' | 'stopped' | 'gone' | 'signed-out'

export interface TerminalConnectionOptions {
  /** `input` names the stream of what is typed, which goes on over several sockets. */
  url(cols: number, rows: number, input: string): string
  openSocket(url: string): SocketLike
  /** `consumed` is to be called once the bytes have been processed, in order. */
  onOutput(bytes: Uint8Array<ArrayBuffer>, consumed: () => void): void
  /** The next output begins on a clean screen: modes of the former attachment must not stay. */
  onAttach(): void
  onPhase(phase: TerminalPhase): void
  /** Who is attached to the session now, this page included. */
  onWatchers(watchers: readonly TerminalWatcher[]): void
  /** Input that was accepted and is given up, in bytes. */
  onInputLost(bytes: number, why: InputLoss): void
  /** Input waits for the network, in bytes; 0 when none does any more. */
  onInputWaiting(bytes: number): void
  diagnose(): Promise<Diagnosis>
  /** Answers whether the person is signed in again. */
  renewSignIn(): Promise<boolean>
}

const readyTimeoutMs = 20_000
const resizePauseMs = 60
/** A connection that held this long starts the pauses from the beginning. */
const stableMs = 5000
const openState = 1
/** Ctrl+C. */
const interrupt = '\x03'

const finalPhases: Record<number, TerminalPhase> = {
  [terminalCloseCode.sessionEnded]: { name: 'ended' },
  [terminalCloseCode.sessionMissing]: { name: 'gone' },
  [terminalCloseCode.environmentStopped]: { name: 'stopped' },
}

/** Everything that belongs to one socket, so that nothing of it survives into the next. */
interface Attachment {
  socket: SocketLike
  acks: TerminalAcks
  /** The server has said what it knows of the input. */
  resumed: boolean
  opened: boolean
  readyAtMs: number | null
  sentSize: string
  readyTimer: ReturnType<typeof setTimeout>
  lastError: string | null
}

/** In the others nobody would receive it. */
const holdsInput: readonly TerminalPhase['name'][] = ['connecting', 'waiting', 'connected']

const encoder = new TextEncoder()
const limit = (value: number, low: number, high: number) => Math.min(high, Math.max(low, Math.floor(value)))

export class TerminalConnection {
  readonly #options: TerminalConnectionOptions
  readonly #input: TerminalInput
  #phase: TerminalPhase = { name: 'idle' }
  #attachment: Attachment | null = null
  #cols = 80
  #rows = 24
  #attempt = 0
  #signInRenewed = false
  #unconsumedOfOlder = 0
  #unconsumed = 0
  #retryTimer: ReturnType<typeof setTimeout> | undefined
  #resizeTimer: ReturnType<typeof setTimeout> | undefined
  /** Grows with every connect(), loss and dispose(), so that a late answer recognises itself. */
  #turn = 0

  constructor(options: TerminalConnectionOptions) {
    this.#options = options
    this.#input = new TerminalInput({
      onLost: (bytes, why) => options.onInputLost(bytes, why),
      onWaiting: (bytes) => options.onInputWaiting(bytes),
    })
  }

  get phase(): TerminalPhase {
    return this.#phase
  }

  /** Connects now, whatever the phase was. */
  connect(): void {
    this.#drop()
    clearTimeout(this.#retryTimer)
    const turn = ++this.#turn
    this.#setPhase(this.#connecting())
    const sentSize = `${this.#cols}x${this.#rows}`
    const socket = this.#options.openSocket(this.#options.url(this.#cols, this.#rows, this.#input.streamId))
    socket.binaryType = 'arraybuffer'
    const attachment: Attachment = {
      socket,
      acks: new TerminalAcks((bytes) => this.#control(socket, { type: 'ack', bytes })),
      resumed: false,
      opened: false,
      readyAtMs: null,
      sentSize,
      readyTimer: setTimeout(() => this.#lose(turn, 1006), readyTimeoutMs),
      lastError: null,
    }
    this.#attachment = attachment
    socket.onopen = () => {
      attachment.opened = true
    }
    socket.onmessage = ({ data }) => this.#receive(attachment, data)
    socket.onclose = ({ code }) => this.#lose(turn, code)
  }

  /** Makes a pause short: the network is back, the page is seen again, or somebody asked. */
  retryNow(): void {
    if (this.#phase.name === 'waiting') this.connect()
  }

  /** After a sleep or a change of network an open socket may be dead without knowing it. */
  replaceSocket(): void {
    if (this.#phase.name === 'connected' || this.#phase.name === 'waiting') this.connect()
  }

  resize(cols: number, rows: number): void {
    this.#cols = limit(cols, 2, 500)
    this.#rows = limit(rows, 1, 300)
    clearTimeout(this.#resizeTimer)
    this.#resizeTimer = setTimeout(() => this.#sendSize(), resizePauseMs)
  }

  /** Answers false when the text was refused. While there is no connection it waits for the next one. */
  sendText(text: string): boolean {
    if (isReply(text)) return this.#sendReply(encoder.encode(text))
    if (!holdsInput.includes(this.#phase.name)) return false
    // An interrupt must not wait behind a long paste.
    if (text === interrupt) this.giveUpPaste()
    return this.#input.send(encoder.encode(text))
  }

  /** Gives up what was pasted and has not left this page. */
  giveUpPaste(): void {
    this.#input.giveUpPaste()
  }

  /** For what a terminal reports as raw bytes, one per character: the mouse. */
  sendBinary(data: string): boolean {
    return this.#sendReply(Uint8Array.from(data, (character) => character.charCodeAt(0) & 0xff))
  }

  dispose(): void {
    this.#turn += 1
    this.#drop()
    this.#input.end()
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#resizeTimer)
    this.#phase = { name: 'idle' }
  }

  #setPhase(phase: TerminalPhase): void {
    this.#phase = phase
    if (!holdsInput.includes(phase.name)) this.#input.end()
    this.#options.onPhase(phase)
  }

  #connecting(): TerminalPhase {
    const { name } = this.#phase
    const lost = name === 'waiting' || name === 'connected'
    return { name: 'connecting', again: lost || (this.#phase.name === 'connecting' && this.#phase.again) }
  }

  #control(socket: SocketLike, message: TerminalClientMessage): void {
    if (socket.readyState === openState) socket.send(JSON.stringify(message))
  }

  #sendReply(bytes: Uint8Array<ArrayBuffer>): boolean {
    return this.#answersScreen() && this.#input.send(bytes, { isReply: true })
  }

  /** Whether what the terminal says by itself answers output of this connection. */
  #answersScreen(): boolean {
    if (this.#phase.name !== 'connected' || this.#unconsumedOfOlder > 0) return false
    return this.#attachment?.socket.readyState === openState
  }

  #sendSize(): void {
    const attachment = this.#attachment
    const size = `${this.#cols}x${this.#rows}`
    if (!attachment || attachment.readyAtMs === null || attachment.sentSize === size) return
    attachment.sentSize = size
    this.#control(attachment.socket, { type: 'resize', cols: this.#cols, rows: this.#rows })
  }

  #receive(attachment: Attachment, data: unknown): void {
    if (attachment !== this.#attachment) return
    if (data instanceof ArrayBuffer) {
      const bytes = new Uint8Array(data)
      this.#unconsumed += bytes.byteLength
      this.#options.onOutput(bytes, () => this.#consumed(attachment, bytes.byteLength))
      return
    }
    if (typeof data !== 'string') return
    const message = readMessage(data)
    if (message?.type === 'resume') this.#resume(attachment, message.countId, message.bytes)
    if (message?.type === 'ready') this.#ready(attachment)
    if (message?.type === 'ack') this.#input.acknowledge(message.bytes)
    if (message?.type === 'viewers') this.#options.onWatchers(message.viewers)
    if (message?.type === 'error') attachment.lastError = message.message
  }

  #resume(attachment: Attachment, countId: string, bytes: number): void {
    attachment.resumed = true
    this.#input.resume(countId, bytes)
  }

  #ready(attachment: Attachment): void {
    clearTimeout(attachment.readyTimer)
    attachment.readyAtMs = Date.now()
    this.#unconsumedOfOlder = this.#unconsumed
    this.#options.onAttach()
    this.#setPhase({ name: 'connected' })
    attachment.acks.begin()
    this.#sendSize()
    // Who only watches is not asked for input.
    if (attachment.resumed) this.#input.attach(attachment.socket)
  }

  #consumed(attachment: Attachment, bytes: number): void {
    this.#unconsumed -= bytes
    this.#unconsumedOfOlder = Math.max(0, this.#unconsumedOfOlder - bytes)
    if (attachment === this.#attachment) attachment.acks.consume(bytes)
  }

  /** Lets go of the socket without a word about it. */
  #drop(): void {
    const attachment = this.#attachment
    if (!attachment) return
    this.#attachment = null
    clearTimeout(attachment.readyTimer)
    attachment.acks.stop()
    attachment.socket.onopen = null
    attachment.socket.onmessage = null
    attachment.socket.onclose = null
    attachment.socket.close()
    this.#input.detach()
  }

  #lose(turn: number, code: number): void {
    const attachment = this.#attachment
    if (turn !== this.#turn || !attachment) return
    const { opened, readyAtMs, lastError } = attachment
    this.#drop()
    this.#turn += 1
    if (readyAtMs !== null && Date.now() - readyAtMs >= stableMs) {
      this.#attempt = 0
      this.#signInRenewed = false
    }

    if (code === terminalCloseCode.signInAgain) return void this.#signInAgain()
    if (finalTerminalCloseCodes.includes(code)) {
      return this.#setPhase(finalPhases[code] ?? { name: 'refused', reason: lastError })
    }
    if (opened) return this.#wait()
    return void this.#findOut()
  }

  async #signInAgain(): Promise<void> {
    if (this.#signInRenewed) return this.#setPhase({ name: 'signed-out' })
    this.#signInRenewed = true
    const turn = this.#turn
    this.#setPhase(this.#connecting())
    const renewed = await this.#options.renewSignIn().catch(() => null)
    if (turn !== this.#turn) return
    if (renewed === true) return this.connect()
    if (renewed === false) return this.#setPhase({ name: 'signed-out' })
    // No answer at all: the server is away, which says nothing about the sign-in.
    this.#signInRenewed = false
    this.#wait()
  }

  async #findOut(): Promise<void> {
    const turn = this.#turn
    const diagnosis = await this.#options.diagnose().catch((): Diagnosis => 'retry')
    if (turn !== this.#turn) return
    if (diagnosis === 'retry') return this.#wait()
    this.#setPhase({ name: diagnosis })
  }

  #wait(): void {
    const delayMs = retryDelayMs(this.#attempt, Math.random())
    this.#attempt += 1
    this.#retryTimer = setTimeout(() => this.connect(), delayMs)
    this.#setPhase({ name: 'waiting', retryAtMs: Date.now() + delayMs })
  }
}

function readMessage(text: string): TerminalServerMessage | null {
  try {
    const parsed = TerminalServerMessage.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
