/**
 * Opens viewers on sessions and closes them when they may no longer look: their sign-in was revoked, their session or
 * environment is gone, the server ends. What a viewer is told follows from the rows and from tmux, never from guesses.
 */
import { terminalCloseCode, type TerminalQuery } from '@craftastic/contract'
import { attachCommand } from '../services/tmux.ts'
import { TerminalViewer, type TerminalSink } from '../services/terminal.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireSession } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { EventFeed } from './event-feed.ts'
import type { Log } from './log.ts'
import type { SessionRow } from './present.ts'
import { observeSessions } from './session-status.ts'

/** tmux counts a client a moment after its channel opens or closes. */
const observeDelayMs = 200

/** A client that is sent away twice within this time is not attached a third time by itself. */
const quickLossMs = 1_000

/** Terminals that one person may have open at once: more is a loop, not a person. */
const maxViewersPerUser = 200

/** A browser's socket, as the route hands it over. */
export interface TerminalSocket extends TerminalSink {
  close(code: number, reason: string): void
}

export type OpenTerminal = { actor: UserActor; session: SessionRow; query: TerminalQuery; socket: TerminalSocket }
type LiveViewer = { viewer: TerminalViewer; socket: TerminalSocket; session: SessionRow; actor: UserActor }

export type TerminalServiceOptions = { db: Database; reach: EnvironmentReach; feed: EventFeed; log: Log }
export type TerminalService = ReturnType<typeof createTerminalService>

export function createTerminalService({ db, reach, feed, log }: TerminalServiceOptions) {
  const live = new Set<LiveViewer>()
  const toObserve = new Map<string, NodeJS.Timeout>()

  const closeWhere = (matches: (viewer: LiveViewer) => boolean, code: number, reason: string) => {
    for (const candidate of live) if (matches(candidate)) candidate.socket.close(code, reason)
  }

  const unsubscribe = feed.subscribe(({ event }) => {
    if (event.type === 'session' && event.session === null) {
      const isIts = ({ session }: LiveViewer) => session.id === event.sessionId
      closeWhere(isIts, terminalCloseCode.sessionMissing, 'the session was deleted')
    }
    if (event.type === 'status' && event.environment?.status !== 'running') {
      const isIts = ({ session }: LiveViewer) => session.environment_id === event.environmentId
      closeWhere(isIts, terminalCloseCode.environmentStopped, 'the environment does not run')
    }
  })

  return {
    /** Called before the upgrade: whether the caller may look at the session at all. */
    async requireTerminal(actor: UserActor, sessionId: string, environmentId: string | undefined): Promise<SessionRow> {
      const session = await requireSession(actor, sessionId, db)
      if (environmentId !== undefined && environmentId !== session.environment_id) {
        throw new AppError('not_found', `There is no session "${sessionId}" in the environment "${environmentId}".`)
      }
      const open = [...live].filter((entry) => entry.actor.userId === actor.userId).length
      if (open >= maxViewersPerUser) {
        const detail = `You have ${open} terminals open, which is the most allowed. Close some first.`
        throw new AppError('rate_limited', detail, { retryAfterSeconds: 10 })
      }
      return session
    },

    /** Attaches, reviving the session when it is dead. The caller closes the viewer when its socket is gone. */
    openTerminal({ actor, session, query, socket }: OpenTerminal): { viewer: TerminalViewer; close(): void } {
      let attachedAt = 0
      const viewer = new TerminalViewer({
        sessionId: session.id,
        size: { cols: query.cols, rows: query.rows },
        sink: socket,
        attach: async (size) => {
          const command = attachCommand(session.tmux_session_name, session.working_directory)
          const channel = await reach.inside(session.environment_id, (ssh) => ssh.openTerminal(command, size))
          attachedAt = performance.now()
          observeSoon(session.environment_id)
          return channel
        },
        onLost: (error) => {
          const wasQuick = performance.now() - attachedAt < quickLossMs
          void afterLoss(entry, error, wasQuick).catch((cause: unknown) => closeUnreachable(entry, cause))
        },
      })
      const entry: LiveViewer = { viewer, socket, session, actor }
      live.add(entry)
      void start(entry).catch((error: unknown) => closeUnreachable(entry, error))
      return {
        viewer,
        close: () => {
          live.delete(entry)
          viewer.close()
          observeSoon(session.environment_id)
        },
      }
    },

    /** Viewers on this server. */
    countAttached: () => live.size,

    closeSignedOut(authSessionId: string): void {
      closeWhere(({ actor }) => actor.authSessionId === authSessionId, terminalCloseCode.signInAgain, 'signed out')
    },

    /** Sends every viewer away for a restart; their clients come back by themselves. */
    closeAll(): void {
      unsubscribe()
      for (const timer of toObserve.values()) clearTimeout(timer)
      closeWhere(() => true, terminalCloseCode.serverRestarting, 'the server restarts')
    },
  }

  async function start({ viewer, socket, session }: LiveViewer): Promise<void> {
    const status = await readEnvironmentStatus(session.environment_id)
    if (status === 'running') await viewer.attach()
    else socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
  }

  /** The tmux client is gone: what now follows from what is true of environment and session. */
  async function afterLoss(entry: LiveViewer, error: unknown, wasQuick: boolean): Promise<void> {
    const { viewer, socket, session } = entry
    if (!live.has(entry)) return
    const status = await readEnvironmentStatus(session.environment_id)
    if (status === null) return socket.close(terminalCloseCode.sessionMissing, 'the session is gone')
    if (status !== 'running') return socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
    if (error !== null) return closeUnreachable(entry, error)
    const sessions = await observeSessions(session.environment_id, { reach, db })
    const isAlive = sessions.some(({ id, status: seen }) => id === session.id && seen !== 'dead')
    if (isAlive && !wasQuick) return viewer.attach()
    if (isAlive) return socket.close(terminalCloseCode.environmentUnreachable, 'the session sent the viewer away')
    socket.sendMessage({ type: 'exit' })
    socket.close(terminalCloseCode.sessionEnded, 'the program ended')
  }

  function closeUnreachable({ socket, session }: LiveViewer, error: unknown): void {
    if (!(error instanceof AppError)) log.error({ err: error, sessionId: session.id }, 'a terminal failed')
    else socket.sendMessage({ type: 'error', code: error.code, message: error.message })
    const isStopped = error instanceof AppError && error.code === 'environment_not_running'
    if (isStopped) socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
    else socket.close(terminalCloseCode.environmentUnreachable, 'the environment could not be reached')
  }

  async function readEnvironmentStatus(environmentId: string): Promise<string | null> {
    const query = db.selectFrom('environments').select('status').where('id', '=', environmentId)
    return (await query.executeTakeFirst())?.status ?? null
  }

  /** Who is attached has changed: rows and browsers learn it from tmux. Changes that come together are seen together. */
  function observeSoon(environmentId: string): void {
    if (toObserve.has(environmentId)) return
    const timer = setTimeout(() => {
      toObserve.delete(environmentId)
      observeSessions(environmentId, { reach, db }).catch((error: unknown) => {
        log.debug({ err: error, environmentId }, 'sessions could not be observed')
      })
    }, observeDelayMs)
    toObserve.set(environmentId, timer.unref())
  }
}
