/** The deployments of an environment, newest first, in pages. Events keep them true while they are shown. */
import { DeployCheck, Deployment, DeploymentList, isDeploymentEnded } from '@craftastic/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { deploymentKeys, gitKeys } from './keys'

export const deploymentPageSize = 6

/** While something is under way a missed event must not leave the page behind. */
const healMs = 5000

/** `createdAt` of the last deployment seen; empty asks for the newest. */
export type DeploymentPagePosition = string

export const deploymentsQuery = (environmentId: string) =>
  infiniteQueryOptions({
    queryKey: deploymentKeys.ofEnvironment(environmentId),
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ limit: String(deploymentPageSize) })
      if (pageParam !== '') query.set('before', pageParam)
      return request('GET', `/api/deployment/list/${environmentId}?${query}`, { answer: DeploymentList, signal })
    },
    initialPageParam: '',
    getNextPageParam: ({ deployments }): DeploymentPagePosition | null =>
      deployments.length < deploymentPageSize ? null : (deployments.at(-1)?.createdAt ?? null),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ deployments }) => deployments.some(({ status }) => !isDeploymentEnded(status)))
        ? healMs
        : false,
  })

export const deploymentQuery = (deploymentId: string) =>
  queryOptions({
    queryKey: deploymentKeys.one(deploymentId),
    queryFn: ({ signal }) => request('GET', `/api/deployment/status/${deploymentId}`, { answer: Deployment, signal }),
    refetchInterval: ({ state }) => (state.data && !isDeploymentEnded(state.data.status) ? healMs : false),
  })

/** What a deployment of `branch` would find; null is the branch that the environment is on. */
export const deployCheckQuery = (environmentId: string, branch: string | null) =>
  queryOptions({
    queryKey: gitKeys.deployCheck(environmentId, branch),
    queryFn: ({ signal }) => {
      const query = branch === null ? '' : `?${new URLSearchParams({ branch })}`
      return request('GET', `/api/deployment/check/${environmentId}${query}`, { answer: DeployCheck, signal })
    },
    // Commits come and go without an event while nobody watches the repository.
    staleTime: 0,
  })
