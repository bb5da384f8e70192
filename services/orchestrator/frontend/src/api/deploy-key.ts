/** The key with which an environment signs in to SSH hosts. */
import { DeployKey } from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { hasCode } from './errors'
import { environmentKeys } from './keys'

const pathOf = (environmentId: string) => `/api/environments/${environmentId}/deploy-key`

/** Null: the environment has none. */
export const deployKeyQuery = (environmentId: string) =>
  queryOptions({
    queryKey: environmentKeys.deployKey(environmentId),
    queryFn: async ({ signal }): Promise<DeployKey | null> => {
      try {
        return await request('GET', pathOf(environmentId), { answer: DeployKey, signal })
      } catch (error) {
        if (hasCode(error, 'not_found')) return null
        throw error
      }
    },
    // Another window may have made a new one.
    staleTime: 0,
  })

export const makeDeployKeyMutation = (environmentId: string) => storing(environmentId, '')

/** The key before it signs nothing any more. */
export const rotateDeployKeyMutation = (environmentId: string) => storing(environmentId, '/rotate')

const storing = (environmentId: string, verb: string) =>
  mutationOptions({
    mutationFn: () => request('POST', pathOf(environmentId) + verb, { answer: DeployKey }),
    onSuccess: (key: DeployKey, _input, _result, { client }) =>
      client.setQueryData(environmentKeys.deployKey(environmentId), key),
  })
