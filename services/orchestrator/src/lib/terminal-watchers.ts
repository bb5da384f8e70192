/**
 * Tells everybody who is attached to a session who else is. Only viewers on this server are known: with several servers
 * on one database, those on another one are not in the list.
 */
import type { TerminalMode, TerminalServerMessage } from '@craftastic/contract'
import type { Database } from './database.ts'
import type { Log } from './log.ts'

/** A page that loads again goes and comes: told as one change. */
const tellDelayMs = 200

export type Watcher = {
  id: string
  sessionId: string
  userId: string
  mode: TerminalMode
  tell(message: TerminalServerMessage): void
}

export function createTerminalWatchers({ db, log }: { db: Database; log: Log }) {
  const watchers = new Set<Watcher>()
  const toTell = new Map<string, NodeJS.Timeout>()

  return {
    /** Does nothing for one who is there already: an attach may be one of many. */
    add(watcher: Watcher): void {
      if (watchers.has(watcher)) return
      watchers.add(watcher)
      tellSoon(watcher.sessionId)
    },

    delete(watcher: Watcher): void {
      if (watchers.delete(watcher)) tellSoon(watcher.sessionId)
    },

    stop(): void {
      for (const timer of toTell.values()) clearTimeout(timer)
    },
  }

  function tellSoon(sessionId: string): void {
    if (toTell.has(sessionId)) return
    const timer = setTimeout(() => {
      toTell.delete(sessionId)
      tell(sessionId).catch((error: unknown) => log.debug({ err: error, sessionId }, 'viewers could not be told'))
    }, tellDelayMs)
    toTell.set(sessionId, timer.unref())
  }

  async function tell(sessionId: string): Promise<void> {
    const ofSession = () => [...watchers].filter((watcher) => watcher.sessionId === sessionId)
    const userIds = [...new Set(ofSession().map(({ userId }) => userId))]
    if (userIds.length === 0) return
    const users = await db.selectFrom('users').select(['id', 'name']).where('id', 'in', userIds).execute()
    const names = new Map(users.map(({ id, name }) => [id, name]))
    // Who came while the names were read is told of by the next round.
    const present = ofSession().filter(({ userId }) => names.has(userId))
    for (const watcher of present) {
      const viewers = present.map(({ id, userId, mode }) => {
        return { id, name: names.get(userId) ?? '', mode, self: id === watcher.id }
      })
      watcher.tell({ type: 'viewers', viewers })
    }
  }
}
