/**
 * One LISTEN connection per server turns the event log into a live feed for this process: server-sent events, waiting
 * requests and running jobs subscribe here. When the connection breaks it is opened again and the feed reads on from
 * the last id, so that subscribers miss nothing.
 */
import type { KeptEvent } from '@craftastic/contract'
import type { Database } from './database.ts'
import { eventChannel, readEventIdsAfter, readEvents, readLastEventId, type LoggedEvent } from './event-log.ts'
import { createKeptConnection } from './kept-connection.ts'
import type { Log } from './log.ts'

export type EventListener = (logged: LoggedEvent) => void

export interface EventFeed {
  /** Resolves once the feed listens. */
  open(): Promise<void>
  /** Answers the function that ends the subscription. */
  subscribe(listener: EventListener): () => void
  /** Resolves with the first event for which `matches` holds, or null at the deadline or when `signal` aborts. */
  waitFor(matches: (event: KeptEvent) => boolean, deadlineMs: number, signal?: AbortSignal): Promise<KeptEvent | null>
  close(): Promise<void>
}

export type EventFeedOptions = { databaseUrl: string; db: Database; log: Log }

/** Connects to nothing before `open`. */
export function createEventFeed({ databaseUrl, db, log }: EventFeedOptions): EventFeed {
  const listeners = new Set<EventListener>()
  let lastId = 0
  let pending: number[] = []
  let reading = Promise.resolve()

  const deliver = async () => {
    const ids = pending
    pending = []
    if (ids.length === 0) return
    for (const logged of await readEvents(ids, db)) {
      lastId = Math.max(lastId, logged.id)
      for (const listener of listeners) listener(logged)
    }
  }

  const take = (ids: number[]) => {
    pending.push(...ids)
    reading = reading.then(deliver).catch((error: unknown) => log.error({ err: error }, 'events could not be read'))
  }

  const connection = createKeptConnection({
    databaseUrl,
    name: 'craftastic events',
    log,
    prepare: async (client) => {
      client.on('notification', (message) => take([Number(message.payload)]))
      await client.query(`listen ${eventChannel}`)
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
      await connection.close()
      await reading
    },
  }
}
