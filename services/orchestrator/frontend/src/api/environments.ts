import {
  Environment,
  EnvironmentDeleted,
  EnvironmentList,
  EnvironmentStats,
  holdMinutes,
  type CreateEnvironment,
  type EnvironmentStatus,
  type UpdateEnvironment,
} from '@craftastic/contract'
import { mutationOptions, queryOptions, type QueryClient } from '@tanstack/react-query'
import { request } from './client'
import { mergeSessions, patchEnvironment, putBack, showAhead, storeEnvironment } from './environment-cache'
import { environmentKeys } from './keys'

const passing: readonly EnvironmentStatus[] = ['starting', 'stopping', 'deleting']

/** While something is under way a missed event must not leave the page behind. */
const healMs = 5000

export const environmentsQuery = (userId: string) =>
  queryOptions({
    queryKey: environmentKeys.ofUser(userId),
    queryFn: async ({ signal, client }) => {
      const path = `/api/environments/user/${userId}`
      const { environments } = await request('GET', path, { answer: EnvironmentList, signal })
      const known = client.getQueryData<Environment[]>(environmentKeys.ofUser(userId))
      return environments.map((environment): Environment => ({
        ...environment,
        sessions: mergeSessions(known?.find(({ id }) => id === environment.id)?.sessions, environment.sessions ?? []),
      }))
    },
    refetchInterval: ({ state }) => (state.data?.some(({ status }) => passing.includes(status)) ? healMs : false),
  })

export const environmentQuery = (environmentId: string) =>
  queryOptions({
    queryKey: environmentKeys.one(environmentId),
    queryFn: ({ signal }) => request('GET', `/api/environments/${environmentId}`, { answer: Environment, signal }),
    refetchInterval: ({ state }) => (state.data && passing.includes(state.data.status) ? healMs : false),
  })

const statsEveryMs = 4000

/** What the container uses. Asked again every few seconds while somebody looks. */
export const environmentStatsQuery = (environmentId: string) =>
  queryOptions({
    queryKey: environmentKeys.stats(environmentId),
    queryFn: ({ signal }) =>
      request('GET', `/api/environments/${environmentId}/stats`, { answer: EnvironmentStats, signal }),
    refetchInterval: statsEveryMs,
    staleTime: 0,
    gcTime: 10_000,
    retry: false,
  })

export const createEnvironmentMutation = () =>
  mutationOptions({
    mutationFn: (input: CreateEnvironment) =>
      request('POST', '/api/environments', { answer: Environment, body: input }),
    onSuccess: (environment, _input, _result, { client }) => storeEnvironment(client, environment),
  })

/**
 * Changes name or idle stop. Several in a row go out one after the other; only the answer of the last is shown, so that
 * none of the others takes back what was chosen since.
 */
export const updateEnvironmentMutation = (environmentId: string) => {
  const mutationKey = environmentKeys.update(environmentId)
  const isLast = (client: QueryClient) => client.isMutating({ mutationKey }) === 1
  return mutationOptions({
    mutationKey,
    scope: { id: mutationKey.join(' ') },
    mutationFn: (update: UpdateEnvironment) =>
      request('PATCH', `/api/environments/${environmentId}`, { answer: Environment, body: update }),
    onMutate: (update, { client }) => {
      const idleStopAt = update.idleStopMinutes === undefined ? {} : { idleStopAt: null }
      return showAhead(client, environmentId, { ...update, ...idleStopAt })
    },
    onSuccess: (environment, _update, _before, { client }) => {
      if (isLast(client)) storeEnvironment(client, environment)
    },
    onError: (_error, _update, before, { client }) => putBack(client, before),
    onSettled: (_data, _error, _update, _before, { client }) => {
      if (isLast(client)) void client.invalidateQueries({ queryKey: environmentKeys.all })
    },
  })
}

/** Keeps an environment awake whatever runs there, or lets go of it. */
export const holdEnvironmentMutation = (environmentId: string) =>
  mutationOptions({
    mutationFn: (hold: boolean) =>
      request(hold ? 'POST' : 'DELETE', `/api/environments/${environmentId}/hold`, { answer: Environment }),
    onMutate: (hold, { client }) => {
      const heldUntil = hold ? new Date(Date.now() + holdMinutes * 60_000).toISOString() : null
      return showAhead(client, environmentId, { heldUntil })
    },
    onSuccess: (environment, _hold, _before, { client }) => storeEnvironment(client, environment),
    onError: (_error, _hold, before, { client }) => putBack(client, before),
    onSettled: (_data, _error, _hold, _before, { client }) =>
      void client.invalidateQueries({ queryKey: environmentKeys.all }),
  })

export const deleteEnvironmentMutation = () =>
  mutationOptions({
    mutationFn: ({ environmentId, force }: { environmentId: string; force: boolean }) =>
      request('DELETE', `/api/environments/${environmentId}${force ? '?force=true' : ''}`, {
        answer: EnvironmentDeleted,
      }),
    onMutate: async ({ environmentId }, { client }) => {
      // A list that set out before would bring the state before back.
      await client.cancelQueries({ queryKey: environmentKeys.all })
      patchEnvironment(client, environmentId, { status: 'deleting', statusReason: null })
    },
    onSuccess: ({ operation }, { environmentId }, _result, { client }) => {
      patchEnvironment(client, environmentId, { operation })
    },
    onSettled: (_data, _error, _id, _result, { client }) =>
      void client.invalidateQueries({ queryKey: environmentKeys.all }),
  })
