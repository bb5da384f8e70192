/**
 * One LISTEN connection per server turns the event log into a live feed for this process: server-sent events, waiting
 * requests and running jobs subscribe here. When the connection breaks it is opened again and the feed reads on from
 * the last id, so that subscribers miss nothing.
 */
import type { KeptEvent } from '@craftastic/contract'
import type { Database } from './database.ts'
import {
  eventChannel,
  readEventIdsAfter,
  readEvents,
  readLastEventId,
  watchChannel,
  type LoggedEvent,
} from './event-log.ts'
import { createKeptConnection } from './kept-connection.ts'
import type { Log } from './log.ts'

/** Between two attempts to read what was announced. */
const rereadDelayMs = 500

export type EventListener = (logged: LoggedEvent) => void

export interface EventFeed {
  /** Resolves once the feed listens. */
  open(): Promise<void>
  /** Answers the function that ends the subscription. */
  subscribe(listener: EventListener): () => void
  /** Calls with the id of each deployment whose log somebody reads, on any of the servers. */
  subscribeWatched(listener: (deploymentId: string) => void): () => void
  /** Resolves with the first event for which `matches` holds, or null at the deadline or when `signal` aborts. */
  waitFor(matches: (event: KeptEvent) => boolean, deadlineMs: number, signal?: AbortSignal): Promise<KeptEvent | null>
  close(): Promise<void>
}

export type EventFeedOptions = { databaseUrl: string; db: Database; log: Log }

/** Connects to nothing before `open`. */
export function createEventFeed({ databaseUrl, db, log }: EventFeedOptions): EventFeed {
  const listeners = new Set<EventListener>()
  const watchListeners = new Set<(deploymentId: string) => void>()
  let lastId = 0
  let pending: number[] = []
  let reading = Promise.resolve()
  let rereading: NodeJS.Timeout | null = null
  let isClosed = false

  const deliver = async () => {
    const ids = pending
    if (ids.length === 0) return
    const events = await readEvents(ids, db, (id, error) => log.error({ err: error, id }, 'an event makes no sense'))
    // Those that were announced meanwhile stand behind.
    pending = pending.slice(ids.length)
    for (const logged of events) {
      lastId = Math.max(lastId, logged.id)
      for (const listener of listeners) listener(logged)
    }
  }

  const read = () => {
    reading = reading.then(deliver).catch((error: unknown) => {
      log.warn({ err: error }, 'events could not be read yet')
      if (!isClosed) rereading ??= setTimeout(readAgain, rereadDelayMs)
    })
  }
  const readAgain = () => {
    rereading = null
    read()
  }

  const take = (ids: number[]) => {
    pending = [...pending, ...ids]
    read()
  }

  const connection = createKeptConnection({
    databaseUrl,
    name: 'craftastic events',
    log,
    prepare: async (client) => {
      client.on('notification', ({ channel, payload = '' }) => {
        if (channel === eventChannel) take([Number(payload)])
        else for (const listener of watchListeners) listener(payload)
      })
      await client.query(`listen ${eventChannel}; listen ${watchChannel}`)
      take(lastId === 0 ? [] : await readEventIdsAfter(lastId, db))
      lastId ||= await readLastEventId(db)
    },
  })

  const subscribe = (listener: EventListener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  return {
    open: connection.open,
    subscribe,
    subscribeWatched: (listener) => {
      watchListeners.add(listener)
      return () => void watchListeners.delete(listener)
    },
    waitFor: (matches, deadlineMs, signal) =>
      new Promise((resolve) => {
        const finish = (event: KeptEvent | null) => {
          clearTimeout(deadline)
          signal?.removeEventListener('abort', giveUp)
          unsubscribe()
          resolve(event)
        }
        const giveUp = () => finish(null)
        const unsubscribe = subscribe(({ event }) => matches(event) && finish(event))
        const deadline = setTimeout(giveUp, deadlineMs)
        signal?.addEventListener('abort', giveUp, { once: true })
      }),
    close: async () => {
      isClosed = true
      await connection.close()
      await reading
      if (rereading !== null) clearTimeout(rereading)
    },
  }
}
