/**
 * What goes on in the sessions of those who look: tmux says it over one control connection for each running environment
 * whose owner follows events of it on this server. Listeners are told what runs, where, under which title, and of bells;
 * none of that is kept. Who is attached and which sessions are alive is written to the rows, as by every other look.
 */
import type { ActivityEvent } from '@craftastic/contract'
import type { TmuxSession } from '../services/tmux.ts'
import { keepControlConnection, type ControlConnection } from './control-connection.ts'
import type { Database } from './database.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import type { EventFeed } from './event-feed.ts'
import type { Log } from './log.ts'
import { recordingSince, type SessionRow } from './present.ts'
import { observeSessions, readSessionRows } from './session-status.ts'

/** Connections outlast their last listener by this: a page that is loaded again finds them open. */
const defaultLingerMs = 30_000

/** `environmentId` null: all environments of the user. */
export type WatchScope = { userId: string; environmentId: string | null }
type Watcher = WatchScope & { listener: (event: ActivityEvent) => void }

type Watched = {
  environmentId: string
  userId: string
  control: ControlConnection
  /** Sessions as seen last, by tmux's names; null before the first look. */
  seen: ReadonlyMap<string, TmuxSession> | null
  rows: ReadonlyMap<string, SessionRow>
  /** Looks are worked through one after the other. */
  turn: Promise<void>
  lingering: NodeJS.Timeout | undefined
}

export type SessionWatchOptions = {
  db: Database
  reach: EnvironmentReach
  feed: EventFeed
  log: Log
  /** Called with all sessions of an environment whenever they are seen. */
  onSeen?: (environmentId: string, sessions: readonly TmuxSession[]) => void
  lingerMs?: number
}
export type SessionWatch = ReturnType<typeof createSessionWatch>

export function createSessionWatch(options: SessionWatchOptions) {
  const { db, reach, feed, log, onSeen, lingerMs = defaultLingerMs } = options
  const watchers = new Set<Watcher>()
  const watched = new Map<string, Watched>()
  let isClosed = false

  const unsubscribe = feed.subscribe(({ userId, event }) => {
    const { environmentId } = event
    if (event.type === 'status') {
      if (event.environment?.status === 'running') begin(environmentId, userId)
      else end(environmentId)
    }
    const control = watched.get(environmentId)?.control
    if (event.type === 'session' && event.session !== null && control?.isOpen === false) control.nudge()
  })

  return {
    /** Tells `listener` what is known, then what changes. Answers how to end that. */
    watch(scope: WatchScope, listener: Watcher['listener']): () => void {
      const watcher = { ...scope, listener }
      watchers.add(watcher)
      for (const entry of watched.values()) {
        if (!isWatching(watcher, entry)) continue
        for (const [name, session] of entry.seen ?? []) tell([watcher], entry, name, session, false)
      }
      beginAll(scope).catch((error: unknown) => log.warn({ err: error }, 'sessions could not be watched'))
      return () => {
        watchers.delete(watcher)
        for (const entry of watched.values()) if (isWatching(watcher, entry)) endSoon(entry)
      }
    },

    countOpen: () => [...watched.values()].filter(({ control }) => control.isOpen).length,

    close(): void {
      isClosed = true
      unsubscribe()
      for (const environmentId of [...watched.keys()]) end(environmentId)
    },
  }

  async function beginAll({ userId, environmentId }: WatchScope): Promise<void> {
    let query = db.selectFrom('environments').select('id').where('user_id', '=', userId).where('status', '=', 'running')
    if (environmentId !== null) query = query.where('id', '=', environmentId)
    for (const { id } of await query.execute()) begin(id, userId)
  }

  function begin(environmentId: string, userId: string): void {
    const known = watched.get(environmentId)
    if (known?.control.isOpen === false) known.control.nudge()
    if (isClosed || known !== undefined || watchersOf({ environmentId, userId }).length === 0) return
    const onSessions = (sessions: TmuxSession[]) => {
      entry.turn = entry.turn
        .then(() => take(entry, sessions))
        .catch((error: unknown) => log.debug({ err: error, environmentId }, 'sessions could not be observed'))
      return entry.turn
    }
    const control = keepControlConnection({ environmentId, reach, onSessions, log })
    const entry: Watched = {
      environmentId,
      userId,
      control,
      seen: null,
      rows: new Map(),
      turn: Promise.resolve(),
      lingering: undefined,
    }
    watched.set(environmentId, entry)
  }

  function end(environmentId: string): void {
    const entry = watched.get(environmentId)
    clearTimeout(entry?.lingering)
    entry?.control.close()
    watched.delete(environmentId)
  }

  /** A listener has left: ends what is still without one after a while. */
  function endSoon(entry: Watched): void {
    clearTimeout(entry.lingering)
    entry.lingering = setTimeout(() => {
      if (watchersOf(entry).length === 0) end(entry.environmentId)
    }, lingerMs).unref()
  }

  function watchersOf(entry: Pick<Watched, 'environmentId' | 'userId'>): Watcher[] {
    return [...watchers].filter((watcher) => isWatching(watcher, entry))
  }

  async function take(entry: Watched, sessions: readonly TmuxSession[]): Promise<void> {
    if (watched.get(entry.environmentId) !== entry) return
    onSeen?.(entry.environmentId, sessions)
    const before = entry.seen
    const now = new Map(sessions.map((session) => [session.name, session]))
    if (sessions.some(({ name }) => before?.has(name) !== true)) {
      const rows = await readSessionRows(entry.environmentId, db)
      entry.rows = new Map(rows.map((row) => [row.tmux_session_name, row]))
    }
    entry.seen = now
    for (const [name, session] of now) {
      const known = before?.get(name)
      // An attached terminal hears its bell by itself, and at once.
      const isAlone = known?.attached === 0 && session.attached === 0
      const rang = isAlone && session.bells > known.bells
      if (rang || !showsTheSame(known, session)) tell(watchersOf(entry), entry, name, session, rang)
    }
    const moved = new Set([...(before?.keys() ?? [])].filter((name) => !now.has(name)))
    for (const [name, session] of now) {
      const known = before?.get(name)
      const isSame = known === undefined ? isAsWritten(entry.rows.get(name), session) : hasSameLife(known, session)
      if (!isSame) moved.add(name)
    }
    // Of others nothing is known: one that is just being made is not in tmux yet, and not dead for that.
    if (moved.size > 0) await observeSessions(entry.environmentId, { reach, db }, moved)
  }

  function tell(to: readonly Watcher[], entry: Watched, name: string, session: TmuxSession, rang: boolean): void {
    const sessionId = entry.rows.get(name)?.id
    if (sessionId === undefined) return
    const { environmentId } = entry
    const { currentCommand, currentDirectory, title } = session
    const event: ActivityEvent = {
      type: 'activity',
      environmentId,
      sessionId,
      currentCommand,
      currentDirectory,
      title,
      recordingSince: recordingSince(session),
      rang,
    }
    for (const { listener } of to) listener(event)
  }
}

function isWatching(watcher: Watcher, { environmentId, userId }: Pick<Watched, 'environmentId' | 'userId'>): boolean {
  return watcher.userId === userId && (watcher.environmentId === null || watcher.environmentId === environmentId)
}

function showsTheSame(known: TmuxSession | undefined, session: TmuxSession): boolean {
  return (
    known?.currentCommand === session.currentCommand &&
    known.currentDirectory === session.currentDirectory &&
    known.title === session.title &&
    known.recording === session.recording
  )
}

function hasSameLife(known: TmuxSession, session: TmuxSession): boolean {
  const isSameMinute = known.lastActivity?.getTime() === session.lastActivity?.getTime()
  return isSameMinute && known.attached > 0 === session.attached > 0
}

/** Of a session that was not seen before; true also for one that is not ours. */
function isAsWritten(row: SessionRow | undefined, session: TmuxSession): boolean {
  return row === undefined || row.status === (session.attached > 0 ? 'active' : 'inactive')
}
