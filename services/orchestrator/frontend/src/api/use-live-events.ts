/** Ties the event stream to the caches for as long as somebody is signed in. */
import { useEffect, useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { meQuery } from './auth'
import { hasCode } from './errors'
import { applyEvent } from './event-updates'
import { openEventStream, type EventStreamState } from './events'
import { environmentKeys } from './keys'

export function useLiveEvents(): EventStreamState {
  const client = useQueryClient()
  const [state, setState] = useState<EventStreamState>('connecting')

  useEffect(
    () =>
      openEventStream({
        openSource: () => new EventSource('/api/events'),
        onEvent: (event) => applyEvent(client, event),
        onGap: () => void client.invalidateQueries({ queryKey: environmentKeys.all }),
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
