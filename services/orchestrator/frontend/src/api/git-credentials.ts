/** The signed-in user's tokens for Git hosts. A token is sent once and never read again. */
import {
  GitCredential,
  GitCredentialList,
  GitDeviceFlow,
  GitDeviceFlowStatus,
  type SaveGitCredential,
} from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { NoContent, request } from './client'
import { gitCredentialKeys } from './keys'

const path = '/api/git/credentials'

export const gitCredentialsQuery = () =>
  queryOptions({
    queryKey: gitCredentialKeys.list,
    queryFn: ({ signal }) => request('GET', path, { answer: GitCredentialList, signal }),
    // When a token was used last changes without an event.
    staleTime: 0,
  })

export const saveGitCredentialMutation = () =>
  mutationOptions({
    mutationFn: ({ host, ...body }: SaveGitCredential & { host: string }) =>
      request('PUT', `${path}/${encodeURIComponent(host)}`, { answer: GitCredential, body }),
    // The list is true before the form closes.
    onSuccess: (_saved, _input, _result, { client }) =>
      client.invalidateQueries({ queryKey: gitCredentialKeys.list, exact: true }),
  })

export const removeGitCredentialMutation = () =>
  mutationOptions({
    mutationFn: (host: string) => request('DELETE', `${path}/${encodeURIComponent(host)}`, { answer: NoContent }),
    onSettled: (_data, _error, _host, _result, { client }) =>
      client.invalidateQueries({ queryKey: gitCredentialKeys.list, exact: true }),
  })

export const beginGitDeviceFlowMutation = () =>
  mutationOptions({
    mutationFn: () => request('POST', `${path}/github/device`, { answer: GitDeviceFlow }),
  })

/** How a sign-in with a code stands; asked as often as the host allows, until it is settled. */
export const gitDeviceFlowQuery = ({ flowId, intervalSeconds }: GitDeviceFlow) =>
  queryOptions({
    queryKey: gitCredentialKeys.deviceFlow(flowId),
    queryFn: ({ signal }) => request('GET', `${path}/github/device/${flowId}`, { answer: GitDeviceFlowStatus, signal }),
    refetchInterval: ({ state: { data } }) =>
      data && data.state !== 'pending' ? false : (data?.intervalSeconds ?? intervalSeconds) * 1000,
    // The code is typed in another tab, with this one behind.
    refetchIntervalInBackground: true,
    gcTime: 0,
  })
