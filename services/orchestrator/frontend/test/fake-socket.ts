/** A server's end of a terminal socket, in the test's hands. */
import type { SocketLike } from '@/lib/terminal-socket'

export class FakeSocket implements SocketLike {
  binaryType = 'blob'
  readyState = 0
  bufferedAmount = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly url: string
  readonly frames: (string | Uint8Array)[] = []
  /** While set, what is sent stays in the browser's buffer. */
  stuck = false
  closedByClient = false

  constructor(url: string) {
    this.url = url
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.readyState !== 1) throw new Error('sent on a socket that is not open')
    this.frames.push(typeof data === 'string' ? data : data.slice())
    if (this.stuck && typeof data !== 'string') this.bufferedAmount += data.byteLength
  }

  close(): void {
    this.closedByClient = true
    this.readyState = 3
  }

  /** Opens and attaches, as the server does for an allowed session. `arrivedBytes` of the input are known by `countId`. */
  attach({ arrivedBytes = 0, countId = '44444444-4444-4444-8444-444444444444' } = {}, cols = 80, rows = 24): void {
    this.readyState = 1
    this.onopen?.()
    this.control({ type: 'resume', countId, bytes: arrivedBytes })
    this.control({ type: 'ready', sessionId: '33333333-3333-4333-8333-333333333333', cols, rows })
  }

  control(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  output(bytes: number): void {
    this.onmessage?.({ data: new ArrayBuffer(bytes) })
  }

  lose(code: number): void {
    this.readyState = 3
    this.onclose?.({ code })
  }

  controls(type: string): unknown[] {
    return this.frames
      .filter((frame) => typeof frame === 'string')
      .map((frame): unknown => JSON.parse(frame))
      .filter(
        (message) => typeof message === 'object' && message !== null && 'type' in message && message.type === type,
      )
  }

  inputs(): Uint8Array[] {
    return this.frames.filter((frame) => typeof frame !== 'string')
  }

  input(): string {
    return this.inputs()
      .map((bytes) => new TextDecoder().decode(bytes))
      .join('')
  }
}
