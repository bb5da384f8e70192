/** Start, stop, restart, retry: shown at once, taken back when the server refuses. */
import { Environment, type EnvironmentStatus } from '@craftastic/contract'
import { mutationOptions } from '@tanstack/react-query'
import { request } from './client'
import { putBack, showAhead, storeEnvironment } from './environment-cache'
import { environmentKeys } from './keys'

export type EnvironmentVerb = 'start' | 'stop' | 'restart' | 'retry'

export interface EnvironmentWish {
  environment: Pick<Environment, 'id' | 'desiredState'>
  verb: EnvironmentVerb
}

/** A retry tries again what failed, which may have been a stop. */
function statusAhead({ environment, verb }: EnvironmentWish): EnvironmentStatus {
  return verb === 'stop' || (verb === 'retry' && environment.desiredState === 'stopped') ? 'stopping' : 'starting'
}

export const environmentVerbMutation = () =>
  mutationOptions({
    mutationFn: ({ environment, verb }: EnvironmentWish) =>
      request('POST', `/api/environments/${environment.id}/${verb}`, { answer: Environment }),
    onMutate: (wish, { client }) =>
      showAhead(client, wish.environment.id, { status: statusAhead(wish), statusReason: null }),
    onSuccess: (environment, _wish, _before, { client }) => storeEnvironment(client, environment),
    onError: (_error, _wish, before, { client }) => putBack(client, before),
    onSettled: (_data, _error, _wish, _before, { client }) =>
      void client.invalidateQueries({ queryKey: environmentKeys.all }),
  })
