import { SessionHistory } from '@craftastic/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { sessionKeys } from './keys'

/** What a terminal holds at the moment somebody opens its history; never from a cache. */
export const sessionHistoryQuery = (sessionId: string) =>
  queryOptions({
    queryKey: sessionKeys.history(sessionId),
    queryFn: ({ signal }) => request('GET', `/api/sessions/${sessionId}/history`, { answer: SessionHistory, signal }),
    gcTime: 0,
    staleTime: Infinity,
    // Megabytes of text, that nobody changes: not worth comparing with those of before.
    structuralSharing: false,
  })

/** Whether a full-screen program has the session's screen. */
export async function fetchAlternateScreen(sessionId: string): Promise<boolean> {
  const signal = AbortSignal.timeout(5000)
  const path = `/api/sessions/${sessionId}/history?text=false`
  return (await request('GET', path, { answer: SessionHistory, signal })).alternateScreen
}
