/**
 * Terminals that are open on sessions of somebody else. What is shared may be taken back or lowered while they are, and
 * either of the two users disabled: the event that tells of it reaches every server, and what tells no event is found by
 * a look at the rows twice a minute. Rows alone decide.
 */
import { terminalCloseCode, type TerminalMode } from '@craftastic/contract'
import type { Database } from './database.ts'
import type { EventFeed } from './event-feed.ts'
import type { Log } from './log.ts'
import { selectStandingShares } from './share-rows.ts'

export type SharedViewer = {
  sessionId: string
  userId: string
  mode: TerminalMode
  /** Ends it, with the reason in words. */
  end(code: number, words: string): void
}

export type SharedViewersOptions = {
  db: Database
  feed: Pick<EventFeed, 'subscribe'>
  log: Log
  /** Between two looks at all of them. */
  lookIntervalMs?: number
}

export function createSharedViewers({ db, feed, log, lookIntervalMs = 30_000 }: SharedViewersOptions) {
  const viewers = new Set<SharedViewer>()

  const unsubscribe = feed.subscribe(({ userId, event }) => {
    if (event.type !== 'share') return
    look((viewer) => viewer.sessionId === event.sessionId && viewer.userId === userId)
  })
  const timer = setInterval(() => look(), lookIntervalMs).unref()

  return {
    /** Looks at once as well: what allowed it may have been taken back while its socket opened. */
    add(viewer: SharedViewer): void {
      viewers.add(viewer)
      look((one) => one === viewer)
    },
    delete: (viewer: SharedViewer): void => void viewers.delete(viewer),
    look,
    stop(): void {
      unsubscribe()
      clearInterval(timer)
    },
  }

  /** Ends those among `matches` that may no longer be open as they are. */
  function look(matches: (viewer: SharedViewer) => boolean = () => true): void {
    endOutdated([...viewers].filter(matches)).catch((error: unknown) => {
      log.warn({ err: error }, 'shared terminals could not be looked at')
    })
  }

  async function endOutdated(asked: readonly SharedViewer[]): Promise<void> {
    if (asked.length === 0) return
    const rows = await selectStandingShares(db)
      .select(['session_shares.session_id', 'session_shares.user_id', 'session_shares.mode'])
      .where('session_shares.session_id', 'in', [...new Set(asked.map(({ sessionId }) => sessionId))])
      .execute()
    const modes = new Map(rows.map((row) => [`${row.session_id} ${row.user_id}`, row.mode]))
    for (const viewer of asked) {
      const allowed = modes.get(`${viewer.sessionId} ${viewer.userId}`)
      if (allowed === undefined) {
        viewer.end(terminalCloseCode.sessionMissing, 'This session is not shared with you any more.')
      } else if (allowed === 'view' && viewer.mode === 'edit') {
        viewer.end(terminalCloseCode.notAllowed, 'From now on you may only watch this session.')
      }
    }
  }
}
