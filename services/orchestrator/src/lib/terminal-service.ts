/**
 * Opens viewers on sessions and closes them when they may no longer look: their sign-in was revoked, their session or
 * environment is gone, the server ends. What a viewer is told follows from the rows and from tmux, never from guesses.
 */
import { randomUUID } from 'node:crypto'
import { terminalCloseCode, type TerminalMode, type TerminalQuery } from '@craftastic/contract'
import { attachCommand, setClientSizeCounts, watchCommand } from '../services/tmux.ts'
import { holdsTyping } from '../services/terminal-replies.ts'
import { creditBytes, TerminalViewer, type TerminalSink } from '../services/terminal.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireSession, type PlacedSessionRow } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { EventFeed } from './event-feed.ts'
import { createInputStreams, type InputHold } from './input-streams.ts'
import type { Log } from './log.ts'
import type { SessionRow } from './present.ts'
import { startInWorktree } from './session-start.ts'
import { observeSessions } from './session-status.ts'
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

export type OpenTerminal = { actor: UserActor; session: PlacedSessionRow; query: TerminalQuery; socket: TerminalSocket }
type LiveViewer = {
  viewer: TerminalViewer
  socket: TerminalSocket
  session: PlacedSessionRow
  actor: UserActor
  mode: TerminalMode
  /** Of its tmux client, of which there may be several one after the other. */
  clientId: string
  /** Null for who sends input that nobody counts. */
  input: InputHold | null
}

export type TerminalServiceOptions = { db: Database; reach: EnvironmentReach; feed: EventFeed; log: Log }
export type TerminalService = ReturnType<typeof createTerminalService>

export function createTerminalService({ db, reach, feed, log }: TerminalServiceOptions) {
  /** Begins the ids of this server's tmux clients, which others on the same environments have, too. */
  const clientPrefix = `${randomUUID()}.`
  const live = new Set<LiveViewer>()
  const toObserve = new Map<string, NodeJS.Timeout>()
  const watchers = createTerminalWatchers({ db, log })
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
    /** Called before the upgrade: whether the caller may look at the session at all. */
    async requireTerminal(
      actor: UserActor,
      sessionId: string,
      environmentId: string | undefined,
    ): Promise<PlacedSessionRow> {
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

    /** Attaches; to edit, a dead session is revived, to view it is not. The caller closes the viewer when its socket is gone. */
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
      let attachedAt = 0
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
          const client = { id, sizeCounts: sizeOwners.owns(sized) }
          const command = mode === 'view' ? watchCommand(name, id) : attachCommand(name, directory, client)
          const channel = await reach.inside(session.environment_id, async (ssh) => {
            if (mode === 'edit') await startInWorktree(ssh, session)
            return ssh.openTerminal(command, size)
          })
          attachedAt = performance.now()
          if (live.has(entry)) watchers.add(watcher)
          observeSoon(session.environment_id)
          return channel
        },
        onInput: (bytes) => {
          if (!sizeOwners.owns(sized) && holdsTyping(bytes)) sizeOwners.typed(sized)
          if (input === null) return
          input.add(bytes.length)
          // Who does not read gets none: the count of a later one, or of the next socket, stands for it.
          if (socket.bufferedBytes < creditBytes) socket.sendMessage({ type: 'ack', bytes: input.bytes })
        },
        onLost: (error) => {
          const wasQuick = performance.now() - attachedAt < quickLossMs
          void afterLoss(entry, error, wasQuick).catch((cause: unknown) => closeUnreachable(entry, cause))
        },
      })
      const close = () => {
        live.delete(entry)
        watchers.delete(watcher)
        sizeOwners.delete(sized)
        input?.release()
        void viewer.close().then(() => observeSoon(session.environment_id))
      }
      const input = holdInput(actor, session, query, () => {
        close()
        socket.close(terminalCloseCode.replaced, 'another socket carries on')
      })
      if (input !== null) socket.sendMessage({ type: 'resume', countId: input.countId, bytes: input.bytes })
      const entry: LiveViewer = { viewer, socket, session, actor, mode, clientId: newClientId(), input }
      live.add(entry)
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

    closeSignedOut(authSessionId: string): void {
      closeWhere(({ actor }) => actor.authSessionId === authSessionId, terminalCloseCode.signInAgain, 'signed out')
    },

    /** Sends every viewer away for a restart; their clients come back by themselves. */
    closeAll(): void {
      unsubscribe()
      for (const timer of toObserve.values()) clearTimeout(timer)
      watchers.stop()
      inputStreams.stop()
      closeWhere(() => true, terminalCloseCode.serverRestarting, 'the server restarts')
    },
  }

  function holdInput(actor: UserActor, session: SessionRow, { mode, input }: TerminalQuery, onReplaced: () => void) {
    if (mode === 'view' || input === undefined) return null
    return inputStreams.hold({ userId: actor.userId, sessionId: session.id, input }, onReplaced)
  }

  function newClientId(): string {
    return `${clientPrefix}${randomUUID()}`
  }

  async function start({ viewer, socket, session, mode, input }: LiveViewer): Promise<void> {
    if (session.environment_status !== 'running') {
      return socket.close(terminalCloseCode.environmentStopped, 'the environment does not run')
    }
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
      observeSessions(environmentId, { reach, db }).catch((error: unknown) => {
        log.debug({ err: error, environmentId }, 'sessions could not be observed')
      })
    }, observeDelayMs)
    toObserve.set(environmentId, timer.unref())
  }
}
