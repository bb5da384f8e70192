/** With whom a session is shared, and what others share with the signed-in user. */
import { SessionShare, SessionShareList, SharedSessionList, Success, type ShareSession } from '@craftastic/contract'
import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import type { Diagnosis } from '@/lib/terminal-connection'
import { request } from './client'
import { hasCode } from './errors'
import { sessionKeys, sharedSessionKeys } from './keys'

const pathOf = (sessionId: string) => `/api/sessions/${sessionId}/shares`

export const sessionSharesQuery = (sessionId: string) =>
  queryOptions({
    queryKey: sessionKeys.shares(sessionId),
    queryFn: async ({ signal }) =>
      (await request('GET', pathOf(sessionId), { answer: SessionShareList, signal })).shares,
    // Another window may have shared it.
    staleTime: 0,
  })

const readSharesAgain = (client: QueryClient, sessionId: string) =>
  client.invalidateQueries({ queryKey: sessionKeys.shares(sessionId), exact: true })

/** The same person once more gets the new mode. */
export const shareSessionMutation = (sessionId: string) =>
  mutationOptions({
    mutationFn: (body: ShareSession) => request('POST', pathOf(sessionId), { answer: SessionShare, body }),
    // The list is true before the field is empty again.
    onSuccess: (_share, _input, _result, { client }) => readSharesAgain(client, sessionId),
  })

export const deleteSessionShareMutation = (sessionId: string) =>
  mutationOptions({
    mutationFn: (shareId: string) => request('DELETE', `${pathOf(sessionId)}/${shareId}`, { answer: Success }),
    onSettled: (_data, _error, _id, _result, { client }) => readSharesAgain(client, sessionId),
  })

/** Events tell when it changes, but not of the state of environments that are somebody else's. */
export const sharedSessionsQuery = () =>
  queryOptions({
    queryKey: sharedSessionKeys.list,
    queryFn: async ({ signal }) =>
      (await request('GET', '/api/shared-sessions', { answer: SharedSessionList, signal })).sessions,
  })

/** As `diagnoseTerminal`; what it finds goes to the page as well, which may not know yet that it may only watch. */
export async function diagnoseSharedTerminal(client: QueryClient, sessionId: string): Promise<Diagnosis> {
  try {
    const sessions = await client.query({ ...sharedSessionsQuery(), staleTime: 0, retry: false })
    const session = sessions.find(({ id }) => id === sessionId)
    if (!session) return 'gone'
    return session.environment.status === 'running' ? 'retry' : 'stopped'
  } catch (error) {
    return hasCode(error, 'not_signed_in') ? 'signed-out' : 'retry'
  }
}
