import {
  Session,
  SessionDeleted,
  SessionList,
  SessionWorktree,
  type CreateSession,
  type UpdateSession,
} from '@craftastic/contract'
import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { request } from './client'
import { mergeSessions, patchSession, removeSession, storeSession, storeSessions } from './environment-cache'
import { environmentKeys, sessionKeys } from './keys'

/** The sessions of an environment as tmux sees them now. */
export const sessionsQuery = (environmentId: string) =>
  queryOptions({
    queryKey: environmentKeys.sessions(environmentId),
    queryFn: async ({ signal, client }) => {
      const path = `/api/sessions/environment/${environmentId}`
      const answer = await request('GET', path, { answer: SessionList, signal })
      const sessions = mergeSessions(client.getQueryData(environmentKeys.sessions(environmentId)), answer.sessions)
      storeSessions(client, environmentId, sessions)
      return sessions
    },
    // Rows may be old where nobody followed events: tmux is asked whenever somebody comes to look. From then on events tell.
    staleTime: 0,
  })

/** Answers the session, or fails with `not_found`. Never from a cache: it is asked when a terminal lost its session. */
export function fetchSession(sessionId: string): Promise<Session> {
  return request('GET', `/api/sessions/${sessionId}`, { answer: Session, signal: AbortSignal.timeout(10_000) })
}

/** How the worktree of a session stands, and whether it would outlive the session. It changes without an event. */
export const sessionWorktreeQuery = (sessionId: string) =>
  queryOptions({
    queryKey: sessionKeys.worktree(sessionId),
    queryFn: ({ signal }) => request('GET', `/api/sessions/${sessionId}/worktree`, { answer: SessionWorktree, signal }),
    staleTime: 0,
    gcTime: 0,
  })

export const createSessionMutation = () =>
  mutationOptions({
    mutationFn: (input: CreateSession) => request('POST', '/api/sessions', { answer: Session, body: input }),
    onSuccess: (session, _input, _result, { client }) => storeSession(client, session),
  })

export interface SessionChange {
  session: Session
  update: UpdateSession
}

/** A list that set out before a change would bring the state before it back. */
const stopReading = (client: QueryClient, { environmentId }: Session) =>
  client.cancelQueries({ queryKey: environmentKeys.sessions(environmentId) })

const readAgain = (client: QueryClient, { environmentId }: Session) =>
  void client.invalidateQueries({ queryKey: environmentKeys.sessions(environmentId) })

export const updateSessionMutation = () =>
  mutationOptions({
    mutationFn: ({ session, update }: SessionChange) =>
      request('PATCH', `/api/sessions/${session.id}`, { answer: Session, body: update }),
    onMutate: async ({ session, update }, { client }) => {
      await stopReading(client, session)
      if (update.name !== undefined) patchSession(client, session, { name: update.name })
    },
    onSuccess: (session, _change, _result, { client }) => storeSession(client, session),
    onError: (_error, { session }, _result, { client }) => patchSession(client, session, { name: session.name }),
    onSettled: (_data, _error, { session }, _result, { client }) => readAgain(client, session),
  })

export const deleteSessionMutation = () =>
  mutationOptions({
    mutationFn: (session: Session) => request('DELETE', `/api/sessions/${session.id}`, { answer: SessionDeleted }),
    onMutate: async (session, { client }) => {
      await stopReading(client, session)
      removeSession(client, session.environmentId, session.id)
    },
    onError: (_error, session, _result, { client }) => storeSession(client, session),
    onSettled: (_data, _error, session, _result, { client }) => readAgain(client, session),
  })
