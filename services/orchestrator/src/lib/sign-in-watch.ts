/**
 * What stays open, a terminal or a stream of events, was allowed when it opened. This server ends it at once with the sign-in
 * that it revokes itself; what another server revoked, and what has expired, is found by a look twice a minute.
 */
import type { AuthSessions } from './auth-sessions.ts'
import type { Log } from './log.ts'

export type SignInWatchOptions = {
  authSessions: Pick<AuthSessions, 'announceEnded'>
  /** Ids of the auth sessions of whatever is open. */
  listOpen: () => Iterable<string>
  log: Log
  lookIntervalMs?: number
}

/** Answers how to stop. */
export function watchSignIns({ authSessions, listOpen, log, lookIntervalMs = 30_000 }: SignInWatchOptions): () => void {
  const look = () => {
    authSessions.announceEnded([...new Set(listOpen())]).catch((error: unknown) => {
      log.warn({ err: error }, 'the sign-ins of what is open could not be looked at')
    })
  }
  const timer = setInterval(look, lookIntervalMs).unref()
  return () => clearInterval(timer)
}
