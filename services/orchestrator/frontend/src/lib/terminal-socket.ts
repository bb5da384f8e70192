import type { TerminalMode } from '@craftastic/contract'

/** The part of WebSocket that the terminal uses, so that tests can stand in for the server. */
export interface SocketLike {
  binaryType: string
  /** As WebSocket counts: 1 is open. */
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: string | Uint8Array<ArrayBuffer>): void
  close(code?: number): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number }) => void) | null
}

export function openBrowserSocket(url: string): SocketLike {
  const socket = new WebSocket(url)
  const like: SocketLike = {
    get binaryType() {
      return socket.binaryType
    },
    set binaryType(type) {
      socket.binaryType = type === 'arraybuffer' ? 'arraybuffer' : 'blob'
    },
    get readyState() {
      return socket.readyState
    },
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send: (data) => socket.send(data),
    close: (code) => socket.close(code),
    onopen: null,
    onmessage: null,
    onclose: null,
  }
  socket.onopen = () => like.onopen?.()
  socket.onmessage = (event: MessageEvent<unknown>) => like.onmessage?.({ data: event.data })
  socket.onclose = (event) => like.onclose?.({ code: event.code })
  return like
}

export interface TerminalTarget {
  sessionId: string
  cols: number
  rows: number
  mode: TerminalMode
  /** Names the stream of input. */
  input: string
}

/** Address of a session's terminal on this page's own server. */
export function terminalUrl({ sessionId, cols, rows, mode, input }: TerminalTarget): string {
  const url = new URL(`/api/terminal/ws/${sessionId}`, window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.search = new URLSearchParams({ cols: String(cols), rows: String(rows), mode, input }).toString()
  return url.href
}
