/**
 * The flow control of SSH (RFC 4254, section 5.2) against another end that does not keep to it. ssh2 1.17 counts windows
 * and holds nobody to them: what comes beyond a window is kept in memory, a window of any size is filled, and whether the
 * socket takes what is written is not asked. Who breaks the rules loses the connection.
 */
import type { Writable } from 'node:stream'
import type ssh2 from 'ssh2'

/** More than any sshd grants at once: OpenSSH grants 2 MiB. */
const maxWindowBytes = 16 * 1024 * 1024
/** Who asks for more while so much has not been read of what was sent does not mean to read it. */
const maxUnreadBytes = 64 * 1024 * 1024
/** What may wait in the socket, of all channels, before they are told to wait. */
const maxWaitingBytes = 1024 * 1024

type Arguments = readonly unknown[]

/** To be called after `connect`, which makes what ssh2 does with each message. */
export function enforceWindows(client: ssh2.Client, stream: Writable): void {
  const handlers = readObject(readObject(client, '_protocol'), '_handlers')
  const channels = readObject(readObject(client, '_chanMgr'), '_channels')
  /** Null for a channel that is gone. */
  const windowOf = (channelId: unknown, direction: 'incoming' | 'outgoing'): number | null => {
    const window: unknown = Reflect.get(readObject(readObject(channels, String(channelId)), direction), 'window')
    return typeof window === 'number' ? window : null
  }
  const replace = (name: string, make: (handle: (message: Arguments) => void) => (message: Arguments) => void) => {
    const handler: unknown = Reflect.get(handlers, name)
    if (typeof handler !== 'function') throw new TypeError(`ssh2 handles ${name} in another place`)
    const replacement = make((message) => void Reflect.apply(handler, undefined, message))
    Reflect.set(handlers, name, (...message: Arguments) => replacement(message))
  }

  for (const name of ['CHANNEL_DATA', 'CHANNEL_EXTENDED_DATA']) {
    replace(name, (handle) => (message) => {
      const [, channelId, data] = message
      const window = windowOf(channelId, 'incoming')
      if (window !== null && Buffer.isBuffer(data) && data.length > window) client.destroy()
      else handle(message)
    })
  }
  replace('CHANNEL_WINDOW_ADJUST', (handle) => ([protocol, channelId, bytes]) => {
    if (stream.writableLength > maxUnreadBytes) return client.destroy()
    const room = Math.max(0, maxWindowBytes - (windowOf(channelId, 'outgoing') ?? 0))
    handle([protocol, channelId, Math.min(Number(bytes), room)])
  })
  for (const name of ['CHANNEL_OPEN', 'CHANNEL_OPEN_CONFIRMATION']) {
    replace(name, (handle) => ([protocol, opening]) => {
      const window = Math.min(Number(Reflect.get(toObject(opening), 'window')), maxWindowBytes)
      handle([protocol, { ...toObject(opening), window }])
    })
  }
}

export interface SocketRoom {
  /** Whether writers should wait. */
  readonly isFull: boolean
  /** Calls the listener once, when they need not any more. */
  whenFree(listener: () => void): void
}

/** Looks at what of all channels together waits to leave. */
export function createSocketRoom(stream: Writable): SocketRoom {
  const waiting = new Set<() => void>()
  stream.on('drain', () => {
    const listeners = [...waiting]
    waiting.clear()
    for (const listener of listeners) listener()
  })
  return {
    get isFull() {
      return stream.writableLength > maxWaitingBytes
    },
    whenFree: (listener) => void waiting.add(listener),
  }
}

/** An empty object where there is none: a channel may be gone. */
function readObject(owner: object, name: string): object {
  return toObject(Reflect.get(owner, name))
}

function toObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}
