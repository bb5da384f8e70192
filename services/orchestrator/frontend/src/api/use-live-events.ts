/** Ties the event stream to the caches for as long as somebody is signed in. */
import { useEffect, useState } from 'react'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { meQuery } from './auth'
import { hasCode } from './errors'
import { applyEvent } from './event-updates'
import { openEventStream, type EventStreamState } from './events'
import { deploymentKeys, environmentKeys, gitKeys, sharedSessionKeys } from './keys'

/** What is being read already may have been answered before the stream began: it comes first, and is read once more. */
async function readAgain(client: QueryClient): Promise<void> {
  const all = { queryKey: environmentKeys.all }
  const isReading = client.isFetching(all) > 0
  void client.invalidateQueries({ queryKey: gitKeys.all })
  void client.invalidateQueries({ queryKey: deploymentKeys.all })
  void client.invalidateQueries({ queryKey: sharedSessionKeys.list })
  await client.invalidateQueries(all, { cancelRefetch: false })
  if (isReading) await client.invalidateQueries(all, { cancelRefetch: false })
}

export function useLiveEvents(): EventStreamState {
  const client = useQueryClient()
  const [state, setState] = useState<EventStreamState>('connecting')

  useEffect(
    () =>
      openEventStream({
        openSource: () => new EventSource('/api/events'),
        onEvent: (event) => applyEvent(client, event),
        onGap: () => void readAgain(client),
        onState: setState,
        // Asking who is signed in renews the sign-in where that is possible.
        mayReopen: () =>
          client.query({ ...meQuery(), staleTime: 0, retry: false }).then(
            () => true,
            (error: unknown) => !hasCode(error, 'not_signed_in'),
          ),
      }),
    [client],
  )
  return state
}
