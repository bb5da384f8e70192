/**
 * What each page has typed so far, over as many sockets as it took: counted by the bytes that were given to tmux, so
 * that a page which comes back knows which of the bytes it sent did not arrive. Only the newest socket of a stream may
 * give any: bytes of an older one that is not yet known to be dead would arrive a second time.
 *
 * Known on this server and while it runs. Elsewhere, and after a restart, a stream is a new one, and its page is told.
 */
import { randomUUID } from 'node:crypto'

/** After the last socket is gone: longer than a page keeps what it could not send. */
const keepMs = 5 * 60_000

/** Streams that one person may leave behind; the oldest are forgotten. A page has one for each of its terminals. */
const maxStreamsPerUser = 500

export type StreamKey = { userId: string; sessionId: string; input: string }

/** One socket's hold on a stream. */
export interface InputHold {
  /** Of this count: another one means that what was counted before is not known. */
  readonly countId: string
  /** Whether the stream was there before this hold. */
  readonly known: boolean
  /** Bytes that were given to tmux since the stream began. */
  readonly bytes: number
  add(bytes: number): void
  release(): void
}

type Stream = {
  countId: string
  bytes: number
  holder: { onReplaced(): void } | null
  forgetTimer: NodeJS.Timeout | null
}

export function createInputStreams() {
  /** By user, then by session and stream, in the order in which they were last taken up. */
  const users = new Map<string, Map<string, Stream>>()

  return {
    /** Takes the stream over. `onReplaced` is called, once, when another hold does the same; it must end this one's input. */
    hold({ userId, sessionId, input }: StreamKey, onReplaced: () => void): InputHold {
      const streams = users.get(userId) ?? new Map<string, Stream>()
      users.set(userId, streams)
      const key = `${sessionId} ${input}`
      const before = streams.get(key)
      const stream = before ?? { countId: randomUUID(), bytes: 0, holder: null, forgetTimer: null }
      const { holder: replaced } = stream
      const holder = { onReplaced }
      stream.holder = holder
      stopForgetting(stream)
      streams.delete(key)
      streams.set(key, stream)
      forgetOldest(streams)
      replaced?.onReplaced()
      return {
        countId: stream.countId,
        known: before !== undefined,
        get bytes() {
          return stream.bytes
        },
        add: (bytes) => {
          if (stream.holder === holder) stream.bytes += bytes
        },
        release: () => {
          if (stream.holder !== holder) return
          stream.holder = null
          stream.forgetTimer = setTimeout(() => forget(userId, key), keepMs).unref()
        },
      }
    },

    /** Streams that are held or kept. */
    count: () => [...users.values()].reduce((sum, streams) => sum + streams.size, 0),

    stop(): void {
      for (const streams of users.values()) for (const stream of streams.values()) stopForgetting(stream)
    },
  }

  function forget(userId: string, key: string): void {
    const streams = users.get(userId)
    streams?.delete(key)
    if (streams?.size === 0) users.delete(userId)
  }
}

function stopForgetting(stream: Stream): void {
  if (stream.forgetTimer !== null) clearTimeout(stream.forgetTimer)
  stream.forgetTimer = null
}

/** Whoever holds one keeps it: how many a person may hold is limited where terminals are opened. */
function forgetOldest(streams: Map<string, Stream>): void {
  for (const [key, stream] of streams) {
    if (streams.size <= maxStreamsPerUser) return
    if (stream.holder !== null) continue
    stopForgetting(stream)
    streams.delete(key)
  }
}
