/**
 * Opens viewers on sessions and closes them when they may no longer look: their sign-in was revoked, their session or
 * environment is gone, a share was taken back, the server ends. What a viewer is told follows from the rows and from tmux, never from guesses.
 */
import { randomUUID } from 'node:crypto'
import { terminalCloseCode, type TerminalMode, type TerminalQuery } from '@craftastic/contract'
import { attachAgainCommand, attachCommand, setClientSizeCounts, watchCommand } from '../services/tmux.ts'
import { holdsTyping } from '../services/terminal-replies.ts'
import { TerminalViewer, type TerminalSink } from '../services/terminal.ts'
import type { UserActor } from './actor.ts'
import { appendAudit } from './audit-log.ts'
import type { Database } from './database.ts'
import { requireVisibleSession, type VisibleSessionRow } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { EventFeed } from './event-feed.ts'
import { createInputArrivals, type InputArrivals } from './input-arrivals.ts'
import { createInputStreams, type InputHold } from './input-streams.ts'
import type { Log } from './log.ts'
import type { SessionRow } from './present.ts'
import { startInWorktree } from './session-start.ts'
import { observeSessions } from './session-status.ts'
import { createSharedViewers, type SharedViewer } from './shared-viewers.ts'
import { createSizeOwners, type Sized } from './size-owners.ts'
import { createTerminalWatchers, type Watcher } from './terminal-watchers.ts'

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

export type OpenTerminal = {
  actor: UserActor
  session: VisibleSessionRow
  query: TerminalQuery
  socket: TerminalSocket
}
type LiveViewer = {
  viewer: TerminalViewer
  socket: TerminalSocket
  session: VisibleSessionRow
  actor: UserActor
  mode: TerminalMode
  /** Of its tmux client, of which there may be several one after the other. */
  clientId: string
  /** Null for who sends input that nobody counts. */
  input: InputHold | null
  arrivals: InputArrivals | null
}

export type TerminalServiceOptions = { db: Database; reach: EnvironmentReach; feed: EventFeed; log: Log }
export type TerminalService = ReturnType<typeof createTerminalService>

export function createTerminalService({ db, reach, feed, log }: TerminalServiceOptions) {
  /** Begins the ids of this server's tmux clients, which others on the same environments have, too. */
  const clientPrefix = `${randomUUID()}.`
  const live = new Set<LiveViewer>()
  const toObserve = new Map<string, NodeJS.Timeout>()
  const watchers = createTerminalWatchers({ db, log })
  const sharedViewers = createSharedViewers({ db, feed, log })
  const sizeOwners = createSizeOwners()
  const inputStreams = createInputStreams()

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
    /** Called before the upgrade: whether the caller may look at the session at all, and type in it if that is asked. */
    async requireTerminal(
      actor: UserActor,
      sessionId: string,
      { environmentId, mode }: TerminalQuery,
    ): Promise<VisibleSessionRow> {
      const session = await requireVisibleSession(actor, sessionId, db)
      if (environmentId !== undefined && environmentId !== session.environment_id) {
        throw new AppError('not_found', `There is no session "${sessionId}" in the environment "${environmentId}".`)
      }
      const open = [...live].filter((entry) => entry.actor.userId === actor.userId).length
      if (open >= maxViewersPerUser) {
        const detail = `You have ${open} terminals open, which is the most allowed. Close some first.`
        throw new AppError('rate_limited', detail, { retryAfterSeconds: 10 })
      }
      if (mode === 'edit' && session.mode === 'view') {
        throw new AppError('not_allowed', 'You may only watch this session: open its terminal with "mode=view".')
      }
      return session
    },

    /**
     * Attaches; to edit, a session that is dead by then is revived, to view it is not, nor at any later attach. The caller
     * closes the viewer when its socket is gone.
     */
    openTerminal({ actor, session, query, socket }: OpenTerminal): { viewer: TerminalViewer; close(): void } {
      const { mode } = query
      const watcher: Watcher = {
        id: randomUUID(),
        sessionId: session.id,
        userId: actor.userId,
        mode,
        tell: (message) => socket.sendMessage(message),
      }
      const sized: Sized = {
        sessionId: session.id,
        // One after the other, each with what is true by then: two people may type by turns.
        onChange: () => {
          sizeHandedOn = sizeHandedOn.then(handSizeOn).catch((error: unknown) => {
            log.debug({ err: error, sessionId: session.id }, 'a size could not be handed on')
          })
        },
      }
      const handSizeOn = () =>
        reach.inside(session.environment_id, (ssh) => setClientSizeCounts(ssh, entry.clientId, sizeOwners.owns(sized)))
      let sizeHandedOn = Promise.resolve()
      if (mode === 'edit') sizeOwners.add(sized)
      let sizeCounted = false
      let attachedAt = 0
      let wasAttached = false
      const viewer = new TerminalViewer({
        sessionId: session.id,
        size: { cols: query.cols, rows: query.rows },
        sink: socket,
        readOnly: mode === 'view',
        attach: async (size) => {
          const { tmux_session_name: name, working_directory: directory } = session
          // The client before may still be on its way out.
          const id = newClientId()
          entry.clientId = id
          sizeCounted = sizeOwners.owns(sized)
          const client = { id, sizeCounts: sizeCounted }
          const channel = await reach.inside(session.environment_id, async (ssh) => {
            if (mode === 'view') return ssh.openTerminal(watchCommand(name, id), size)
            if (wasAttached) return ssh.openTerminal(attachAgainCommand(name, client), size)
            await startInWorktree(ssh, session)
            return ssh.openTerminal(attachCommand(name, directory, client), size)
          })
          wasAttached = true
          attachedAt = performance.now()
          if (live.has(entry)) watchers.add(watcher)
          observeSoon(session.environment_id)
          return channel
        },
        // What changed while the client was starting could not reach it.
        onAttached: () => {
          if (mode === 'edit' && sizeOwners.owns(sized) !== sizeCounted) sized.onChange()
        },
        onInput: (bytes) => {
          if (!sizeOwners.owns(sized) && holdsTyping(bytes)) sizeOwners.typed(sized)
          arrivals?.add(bytes.length)
        },
        onLost: (error) => {
          const wasQuick = performance.now() - attachedAt < quickLossMs
          void afterLoss(entry, error, wasQuick).catch((cause: unknown) => closeUnreachable(entry, cause))
        },
      })
      const close = () => {
        live.delete(entry)
        sharedViewers.delete(sharedViewer)
        watchers.delete(watcher)
        sizeOwners.delete(sized)
        arrivals?.stop()
        input?.release()
        void viewer.close().then(() => observeSoon(session.environment_id))
      }
      const input = holdInput(actor, session, query, () => {
        close()
        socket.close(terminalCloseCode.replaced, 'another socket carries on')
      })
      const arrivals = input === null ? null : createInputArrivals(input, socket)
      if (input !== null) socket.sendMessage({ type: 'resume', countId: input.countId, bytes: input.bytes })
      const entry: LiveViewer = { viewer, socket, session, actor, mode, clientId: newClientId(), input, arrivals }
      live.add(entry)
      const sharedViewer: SharedViewer = {
        sessionId: session.id,
        userId: actor.userId,
        mode,
        end: (code, words) => {
          socket.sendMessage({ type: 'error', code: 'not_allowed', message: words })
          close()
          socket.close(code, words)
        },
      }
      if (session.owner_id !== actor.userId) sharedViewers.add(sharedViewer)
      void start(entry).catch((error: unknown) => closeUnreachable(entry, error))
      return { viewer, close }
    },

    /** Viewers on this server. */
    countAttached: () => live.size,

    isOwnClient: (clientId: string) => clientId.startsWith(clientPrefix),

    /** The tmux clients of viewers, by environment. */
    listClients(): ReadonlyMap<string, ReadonlySet<string>> {
      const clients = new Map<string, Set<string>>()
      for (const { session, clientId } of live) {
        clients.set(session.environment_id, (clients.get(session.environment_id) ?? new Set()).add(clientId))
      }
      return clients
    },

    /** Auth sessions of the viewers. */
    listSignIns: (): string[] => [...live].map(({ actor }) => actor.authSessionId),

    closeSignedOut(authSessionId: string): void {
      closeWhere(({ actor }) => actor.authSessionId === authSessionId, terminalCloseCode.signInAgain, 'signed out')
      // It may be that of somebody who was disabled, and with that all that they shared.
      sharedViewers.look()
    },

    /** Sends every viewer away for a restart; their clients come back by themselves. */
    closeAll(): void {
      unsubscribe()
      for (const timer of toObserve.values()) clearTimeout(timer)
      watchers.stop()
      sharedViewers.stop()
      inputStreams.stop()
      for (const { arrivals } of live) arrivals?.tell()
      closeWhere(() => true, terminalCloseCode.serverRestarting, 'the server restarts')
    },
  }

  /** Of somebody else's session: nobody is attached to one before that is written down. */
  async function auditOpening({ actor, session, mode }: LiveViewer): Promise<void> {
    if (session.owner_id === actor.userId) return
    const details = { mode, ownerId: session.owner_id }
    const opening = { action: 'terminal.open', target: session.id, result: 'done', details } as const
    await appendAudit({ userId: actor.userId, environmentId: session.environment_id, ...opening }, db)
  }

  function holdInput(actor: UserActor, session: SessionRow, { mode, input }: TerminalQuery, onReplaced: () => void) {
    if (mode === 'view' || input === undefined) return null
    return inputStreams.hold({ userId: actor.userId, sessionId: session.id, input }, onReplaced)
  }

  function newClientId(): string {
    return `${clientPrefix}${randomUUID()}`
  }

  async function start(entry: LiveViewer): Promise<void> {
    const { viewer, socket, session, mode, input } = entry
    if (session.environment_status !== 'running') {
      return socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
    }
    await auditOpening(entry)
    // What was typed for a program that has ended meanwhile is not for a new shell.
    const startsEnded = mode === 'edit' && input?.known !== true
    if (startsEnded || (await isSessionAlive(session))) await viewer.attach()
    else closeEnded(socket)
  }

  async function isSessionAlive(session: SessionRow): Promise<boolean> {
    const sessions = await observeSessions(session.environment_id, { reach, db })
    return sessions.some(({ id, status }) => id === session.id && status !== 'dead')
  }

  function closeEnded(socket: TerminalSocket): void {
    socket.sendMessage({ type: 'exit' })
    socket.close(terminalCloseCode.sessionEnded, 'the program ended')
  }

  /** The tmux client is gone: what now follows from what is true of environment and session. */
  async function afterLoss(entry: LiveViewer, error: unknown, wasQuick: boolean): Promise<void> {
    const { viewer, socket, session } = entry
    if (!live.has(entry)) return
    const status = await readEnvironmentStatus(session.environment_id)
    if (status === null) return socket.close(terminalCloseCode.sessionMissing, 'the session is gone')
    if (status !== 'running') return socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
    if (error !== null) return closeUnreachable(entry, error)
    const isAlive = await isSessionAlive(session)
    if (isAlive && !wasQuick) return viewer.attach()
    if (isAlive) return socket.close(terminalCloseCode.environmentUnreachable, 'the session sent the viewer away')
    closeEnded(socket)
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
      observeRunning(environmentId).catch((error: unknown) => {
        log.debug({ err: error, environmentId }, 'sessions could not be observed')
      })
    }, observeDelayMs)
    toObserve.set(environmentId, timer.unref())
  }

  /** What ends or starts has nothing to see, and whoever works on it shares the connection that this would open. */
  async function observeRunning(environmentId: string): Promise<void> {
    if ((await readEnvironmentStatus(environmentId)) === 'running') await observeSessions(environmentId, { reach, db })
  }
}
