/** What an event from the server changes in the caches. */
import type { ActivityEvent, AppEvent, Environment } from '@craftastic/contract'
import type { QueryClient } from '@tanstack/react-query'
import { storeDeployment } from './deployment-cache'
import {
  findEnvironment,
  removeEnvironment,
  removeSession,
  storeActivity,
  storeEnvironment,
  storeOperation,
  storeSession,
} from './environment-cache'
import { readGitTreesAgain } from './git-refresh'
import { environmentKeys, sharedSessionKeys } from './keys'
import { ringBell } from '@/lib/rung-sessions'

export function applyEvent(client: QueryClient, event: AppEvent): void {
  switch (event.type) {
    case 'status':
      if (event.environment) renewEnvironment(client, event.environment)
      else removeEnvironment(client, event.environmentId)
      return
    case 'operation':
      storeOperation(client, event.operation, event.lines)
      return
    case 'session':
      if (event.session) storeSession(client, event.session)
      else removeSession(client, event.environmentId, event.sessionId)
      return
    case 'share':
      void client.invalidateQueries({ queryKey: sharedSessionKeys.list })
      return
    case 'deployment':
      storeDeployment(client, event.deployment)
      return
    case 'activity':
      renewRecordings(client, event)
      storeActivity(client, event)
      if (event.rang) ringBell(event.sessionId)
      return
    case 'git':
      readGitTreesAgain(client, event.environmentId)
  }
}

/** Its sessions end and begin with an environment, and the event leaves them out. */
function renewEnvironment(client: QueryClient, environment: Environment): void {
  const wasRunning = findEnvironment(client, environment.id)?.status === 'running'
  storeEnvironment(client, environment)
  if (wasRunning === (environment.status === 'running')) return
  void client.invalidateQueries({ queryKey: environmentKeys.lists })
  void client.invalidateQueries({ queryKey: environmentKeys.one(environment.id) })
}

/** A recording that begins or ends is in the list of them. */
function renewRecordings(client: QueryClient, { environmentId, sessionId, recordingSince }: ActivityEvent): void {
  const known = findEnvironment(client, environmentId)?.sessions?.find(({ id }) => id === sessionId)
  if ((known?.recordingSince ?? null) === recordingSince) return
  void client.invalidateQueries({ queryKey: environmentKeys.recordings(environmentId) })
}
