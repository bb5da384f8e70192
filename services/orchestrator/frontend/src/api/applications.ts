/** The Coolify that the server is connected to: whether it answers, its applications, and what new ones are made of. */
import {
  Application,
  ApplicationChoices,
  ApplicationList,
  DeploymentConnection,
  DestinationList,
  ProjectEnvironmentList,
  RollbackImageList,
  type CreateApplication,
} from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { coolifyKeys } from './keys'

const path = '/api/deployment'

/** While it does not answer as it should, or refuses the token, somebody may be mending that. */
const brokenEveryMs = 15_000

export const connectionQuery = () =>
  queryOptions({
    queryKey: coolifyKeys.connection,
    queryFn: ({ signal }) => request('GET', `${path}/connection`, { answer: DeploymentConnection, signal }),
    refetchInterval: ({ state }) =>
      ['refused', 'unreachable', 'unusable'].includes(state.data?.state ?? '') ? brokenEveryMs : false,
  })

/** Those that the environment may deploy. */
export const applicationsQuery = (environmentId: string) =>
  queryOptions({
    queryKey: coolifyKeys.applications(environmentId),
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({ environmentId })
      return (await request('GET', `${path}/applications?${query}`, { answer: ApplicationList, signal })).applications
    },
  })

export const applicationChoicesQuery = () =>
  queryOptions({
    queryKey: coolifyKeys.choices,
    queryFn: ({ signal }) => request('GET', `${path}/choices`, { answer: ApplicationChoices, signal }),
    // Whoever misses something here makes it in Coolify and comes back.
    staleTime: 0,
  })

export const projectEnvironmentsQuery = (projectId: string) =>
  queryOptions({
    queryKey: coolifyKeys.projectEnvironments(projectId),
    queryFn: async ({ signal }) => {
      const answer = ProjectEnvironmentList
      return (await request('GET', `${path}/choices/projects/${projectId}`, { answer, signal })).projectEnvironments
    },
  })

export const destinationsQuery = (serverId: string) =>
  queryOptions({
    queryKey: coolifyKeys.destinations(serverId),
    queryFn: async ({ signal }) =>
      (await request('GET', `${path}/choices/servers/${serverId}`, { answer: DestinationList, signal })).destinations,
  })

/** Images that an application can go back to. Each deployment may add one and take one away. */
export const rollbackImagesQuery = (environmentId: string, appId: string) =>
  queryOptions({
    queryKey: coolifyKeys.images(environmentId, appId),
    queryFn: async ({ signal }) => {
      const answer = RollbackImageList
      return (await request('GET', `${path}/rollback-images/${environmentId}/${appId}`, { answer, signal })).images
    },
    staleTime: 0,
  })

export const createApplicationMutation = () =>
  mutationOptions({
    mutationFn: (body: CreateApplication) => request('POST', `${path}/applications`, { answer: Application, body }),
    // It is there to be chosen before the form closes.
    onSuccess: (_application, { environmentId }, _result, { client }) =>
      client.invalidateQueries({ queryKey: coolifyKeys.applications(environmentId) }),
  })
