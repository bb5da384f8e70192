/**
 * A terminal client for tests and benchmarks: speaks the WebSocket of the contract, acknowledges what it reads, and
 * keeps the text it saw with its escape sequences taken out.
 */
import { TerminalServerMessage, type TerminalMode } from '@craftastic/contract'
import WebSocket from 'ws'

const ackEveryBytes = 32 * 1024

export type TerminalClientOptions = {
  /** Such as `http://127.0.0.1:3000`. */
  baseUrl: string
  accessToken: string
  sessionId: string
  cols?: number
  rows?: number
  /** `view` only watches. */
  mode?: TerminalMode
  /** Names the stream of input, to go on with it on another socket. */
  input?: string
  /** False reads without telling how far it came. */
  acknowledge?: boolean
}

export interface TerminalClient {
  readonly socket: WebSocket
  /** Everything received so far, without escape sequences. */
  readonly text: string
  /** The same with them. */
  readonly raw: string
  readonly receivedBytes: number
  readonly messages: TerminalServerMessage[]
  type(input: string): void
  /** Resolves with the text once `pattern` is in what arrived after `from`, default the whole text. */
  waitFor(pattern: RegExp, options?: { timeoutMs?: number; from?: number }): Promise<string>
  /** Resolves with the code with which the socket closed. */
  closed: Promise<number>
  close(): Promise<void>
}

/** Resolves when the socket is open; rejects with the HTTP status when the upgrade was refused. */
export async function openTerminal(options: TerminalClientOptions): Promise<TerminalClient> {
  const { cols = 120, rows = 40, mode = 'edit', acknowledge = true } = options
  const stream = options.input === undefined ? '' : `&input=${options.input}`
  const path = `/api/terminal/ws/${options.sessionId}?cols=${cols}&rows=${rows}&mode=${mode}${stream}`
  const url = `${options.baseUrl.replace(/^http/, 'ws')}${path}`
  const socket = new WebSocket(url, {
    headers: { authorization: `Bearer ${options.accessToken}` },
    perMessageDeflate: false,
  })
  const decoder = new TextDecoder()
  const messages: TerminalServerMessage[] = []
  const watchers = new Set<() => void>()
  let raw = ''
  let receivedBytes = 0
  let acknowledgedBytes = 0

  const acknowledgeAll = () => {
    acknowledgedBytes = receivedBytes
    socket.send(JSON.stringify({ type: 'ack', bytes: receivedBytes }))
  }
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      messages.push(TerminalServerMessage.parse(JSON.parse(data.toString('utf8'))))
    } else {
      receivedBytes += data.length
      raw += decoder.decode(data, { stream: true })
      const isDue = acknowledgedBytes === 0 || receivedBytes - acknowledgedBytes > ackEveryBytes
      if (acknowledge && isDue) acknowledgeAll()
    }
    for (const watcher of watchers) watcher()
  })
  const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('unexpected-response', (_, response) => reject(new Error(`refused with ${response.statusCode}`)))
    socket.once('error', reject)
  })

  return {
    socket,
    messages,
    closed,
    get text() {
      return withoutEscapes(raw)
    },
    get raw() {
      return raw
    },
    get receivedBytes() {
      return receivedBytes
    },
    type: (input) => socket.send(Buffer.from(input, 'utf8')),
    waitFor: (pattern, { timeoutMs = 15_000, from = 0 } = {}) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const text = withoutEscapes(raw)
          if (!pattern.test(text.slice(from))) return
          finish()
          resolve(text)
        }
        const finish = () => {
          clearTimeout(deadline)
          watchers.delete(check)
        }
        const deadline = setTimeout(() => {
          finish()
          reject(
            new Error(
              `no ${String(pattern)} within ${timeoutMs} ms; the screen had: ${withoutEscapes(raw).slice(-2000)}`,
            ),
          )
        }, timeoutMs)
        watchers.add(check)
        check()
      }),
    close: async () => {
      socket.close()
      await closed
    },
  }
}

/** Takes out CSI, OSC, DCS and short escape sequences (ECMA-48) and control characters but newline and tab. */
function withoutEscapes(text: string): string {
  return text
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|[ -/]*[0-~])/gs, '')
    .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '')
}
