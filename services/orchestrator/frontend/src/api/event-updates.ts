/** What an event from the server changes in the caches. */
import type { AppEvent } from '@craftastic/contract'
import type { QueryClient } from '@tanstack/react-query'
import { removeEnvironment, removeSession, storeEnvironment, storeOperation, storeSession } from './environment-cache'

export function applyEvent(client: QueryClient, event: AppEvent): void {
  switch (event.type) {
    case 'status':
      if (event.environment) storeEnvironment(client, event.environment)
      else removeEnvironment(client, event.environmentId)
      return
    case 'operation':
      storeOperation(client, event.operation, event.lines)
      return
    case 'session':
      if (event.session) storeSession(client, event.session)
      else removeSession(client, event.environmentId, event.sessionId)
  }
}
