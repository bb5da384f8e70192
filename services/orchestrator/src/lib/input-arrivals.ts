/**
 * Tells a page how much of its input has arrived. Not with each key: that frame would be sent, and taken, while the key's
 * echo is on its way. A page that hears of it later only keeps the bytes for so much longer.
 */
import { creditBytes } from '../services/terminal.ts'
import type { InputHold } from './input-streams.ts'
import type { TerminalSocket } from './terminal-service.ts'

const tellAfterMs = 20

export interface InputArrivals {
  add(bytes: number): void
  /** Tells at once what was not told yet: what a page does not know of when its server is gone, it takes for lost. */
  tell(): void
  stop(): void
}

export function createInputArrivals(
  input: Pick<InputHold, 'add' | 'bytes'>,
  socket: Pick<TerminalSocket, 'bufferedBytes' | 'sendMessage'>,
): InputArrivals {
  let timer: NodeJS.Timeout | null = null
  const stop = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
  }
  const tell = () => {
    if (timer === null) return
    stop()
    // Who does not read gets none: the count of a later one, or of the next socket, stands for it.
    if (socket.bufferedBytes < creditBytes) socket.sendMessage({ type: 'ack', bytes: input.bytes })
  }
  return {
    add: (bytes) => {
      input.add(bytes)
      timer ??= setTimeout(tell, tellAfterMs)
    },
    tell,
    stop,
  }
}
