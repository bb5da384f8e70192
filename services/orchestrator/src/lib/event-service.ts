/** Streams of server-sent events (WHATWG HTML, section 9.2), one per browser. */
import { PassThrough, type Readable } from 'node:stream'
import type { AppEvent } from '@craftastic/contract'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireEnvironment } from './environment-access.ts'
import type { EventFeed } from './event-feed.ts'
import { eventPageSize, readEventsAfter, type LoggedEvent } from './event-log.ts'
import type { GitWatch } from './git-watch.ts'
import type { SessionWatch } from './session-watch.ts'

/** Keeps proxies from closing a quiet stream. */
const heartbeatMs = 20_000
const clientRetryMs = 1_000

/** A reader that is this far behind is cut off; it comes back and reads on. */
const maxBufferedBytes = 1024 * 1024

export type EventStreamOptions = {
  /** Null follows all of the caller's environments. */
  environmentId: string | null
  /** Id of the last event the caller saw; null begins now. */
  afterId: number | null
}

export type EventService = ReturnType<typeof createEventService>

export type EventServiceOptions = { db: Database; feed: EventFeed; sessionWatch: SessionWatch; gitWatch: GitWatch }

export function createEventService({ db, feed, sessionWatch, gitWatch }: EventServiceOptions) {
  const open = new Map<PassThrough, string>()

  return {
    async openStream(actor: UserActor, { environmentId, afterId }: EventStreamOptions): Promise<Readable> {
      if (environmentId !== null) await requireEnvironment(actor, environmentId, db)
      const stream = new PassThrough({ highWaterMark: maxBufferedBytes })
      open.set(stream, actor.authSessionId)
      let lastId = afterId ?? 0
      let early: LoggedEvent[] | null = []
      /** Ids grow in the order of writing, not of committing: what is told live is never too old. */
      const caughtUp = new Set<number>()

      const send = (logged: { id: number | null; event: AppEvent }) => {
        if (!stream.write(frame(logged))) stream.destroy()
      }
      const unsubscribe = feed.subscribe((logged) => {
        if (logged.userId !== actor.userId) return
        if (environmentId !== null && logged.event.environmentId !== environmentId) return
        if (early === null) send(logged)
        else early.push(logged)
      })
      const heartbeat = setInterval(() => stream.write(': still here\n\n'), heartbeatMs)
      stream.on('close', () => {
        clearInterval(heartbeat)
        unsubscribe()
        unwatch()
        unwatchGit()
        open.delete(stream)
      })

      stream.write(`retry: ${clientRetryMs}\n\n`)
      const unwatch = sessionWatch.watch({ userId: actor.userId, environmentId }, (event) => send({ id: null, event }))
      const unwatchGit = gitWatch.listen({ userId: actor.userId, environmentId }, (event) => send({ id: null, event }))
      if (afterId !== null) {
        let missed: LoggedEvent[]
        do {
          missed = await readEventsAfter(lastId, { userId: actor.userId, environmentId }, db)
          for (const logged of missed) {
            lastId = Math.max(lastId, logged.id)
            caughtUp.add(logged.id)
            send(logged)
          }
        } while (missed.length === eventPageSize && !stream.destroyed)
      }
      for (const logged of early) if (!caughtUp.has(logged.id)) send(logged)
      early = null
      return stream
    },

    /** Auth sessions of those who follow. */
    listSignIns: (): string[] => [...open.values()],

    closeSignedOut(authSessionId: string): void {
      for (const [stream, of] of open) if (of === authSessionId) stream.end()
    },

    /** Ends every stream; their readers come back by themselves. */
    closeAll(): void {
      for (const stream of open.keys()) stream.end()
    },
  }
}

/** One without an id leaves the reader's last id as it is. */
function frame({ id, event: { type, ...data } }: { id: number | null; event: AppEvent }): string {
  return `${id === null ? '' : `id: ${id}\n`}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
