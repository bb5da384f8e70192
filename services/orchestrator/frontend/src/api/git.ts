/** What is read of an environment's repository. */
import {
  GitBranchList,
  GitDiff,
  GitDiscardList,
  GitLog,
  GitStashList,
  GitStatus,
  GitUnsaved,
  encodeGitPath,
  type Environment,
  type GitCommit,
  type GitFile,
} from '@craftastic/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { gitKeys } from './keys'

/** Nothing tells of changes while nobody watches: whoever comes to look asks. */
const changesUnseen = { staleTime: 0 }

const pathTo = (what: string, environmentId: string, query: Record<string, string | undefined> = {}) => {
  const search = Object.entries(query)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeGitPath(value)}`]))
    .join('&')
  return `/api/git/${what}/${environmentId}${search === '' ? '' : `?${search}`}`
}

export const gitStatusQuery = (environmentId: string) =>
  queryOptions({
    queryKey: gitKeys.status(environmentId),
    queryFn: ({ signal }) => request('GET', pathTo('status', environmentId), { answer: GitStatus, signal }),
    ...changesUnseen,
  })

export const gitDiffQuery = (
  environmentId: string,
  { path, origPath }: Pick<GitFile, 'path' | 'origPath'>,
  staged: boolean,
) =>
  queryOptions({
    queryKey: gitKeys.diff(environmentId, path, staged),
    queryFn: ({ signal }) =>
      request('GET', pathTo('diff', environmentId, { path, origPath, staged: String(staged) }), {
        answer: GitDiff,
        signal,
      }),
    ...changesUnseen,
    // Up to a megabyte each.
    gcTime: 60_000,
  })

export const gitCommitDiffQuery = (environmentId: string, commit: string) =>
  queryOptions({
    queryKey: gitKeys.commitDiff(environmentId, commit),
    queryFn: ({ signal }) => request('GET', pathTo('diff', environmentId, { commit }), { answer: GitDiff, signal }),
    staleTime: Infinity,
    gcTime: 60_000,
  })

const logPageSize = 100

/** The commits, newest first, in pages; `all`: of every branch. */
export const gitLogQuery = (environmentId: string, all: boolean) =>
  infiniteQueryOptions({
    queryKey: gitKeys.log(environmentId, all),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const before = pageParam ?? undefined
      const path = pathTo('log', environmentId, { limit: String(logPageSize), all: String(all), before })
      return request('GET', path, { answer: GitLog, signal })
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }): GitCommit[] => pages.flatMap(({ commits }) => commits),
    ...changesUnseen,
  })

/** The commit that HEAD is at; null before the first. */
export const gitLastCommitQuery = (environmentId: string) =>
  queryOptions({
    queryKey: gitKeys.lastCommit(environmentId),
    queryFn: async ({ signal }) => {
      const { commits } = await request('GET', pathTo('log', environmentId, { limit: '1' }), { answer: GitLog, signal })
      return commits[0] ?? null
    },
    ...changesUnseen,
  })

export const gitBranchesQuery = (environmentId: string) =>
  queryOptions({
    queryKey: gitKeys.branches(environmentId),
    queryFn: async ({ signal }) => {
      const { branches } = await request('GET', pathTo('branches', environmentId), { answer: GitBranchList, signal })
      return branches
    },
    ...changesUnseen,
  })

export const gitStashesQuery = (environmentId: string) =>
  queryOptions({
    queryKey: gitKeys.stashes(environmentId),
    queryFn: async ({ signal }) => {
      const { stashes } = await request('GET', pathTo('stashes', environmentId), { answer: GitStashList, signal })
      return stashes
    },
    ...changesUnseen,
  })

export const gitDiscardsQuery = (environmentId: string) =>
  queryOptions({
    queryKey: gitKeys.discards(environmentId),
    queryFn: async ({ signal }) => {
      const { discards } = await request('GET', pathTo('discards', environmentId), { answer: GitDiscardList, signal })
      return discards
    },
    ...changesUnseen,
  })

/** What is only in an environment. One that does not run cannot be asked. */
export const gitUnsavedQuery = ({ id, status }: Pick<Environment, 'id' | 'status'>) =>
  queryOptions({
    queryKey: gitKeys.unsaved(id),
    queryFn: ({ signal }) => request('GET', pathTo('unsaved', id), { answer: GitUnsaved, signal }),
    enabled: status === 'running',
    // Asked before something ends: what was so a minute ago is not enough.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
