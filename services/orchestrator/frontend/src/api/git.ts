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
import type { GitTree } from '@/lib/git-tree'
import { request } from './client'
import { gitKeys } from './keys'

/** Nothing tells of changes while nobody watches: whoever comes to look asks. */
const changesUnseen = { staleTime: 0 }

const pathTo = (
  what: string,
  { environmentId, sessionId }: GitTree,
  query: Record<string, string | undefined> = {},
) => {
  const search = Object.entries({ sessionId, ...query })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${encodeGitPath(value)}`]))
    .join('&')
  return `/api/git/${what}/${environmentId}${search === '' ? '' : `?${search}`}`
}

export const gitStatusQuery = (tree: GitTree) =>
  queryOptions({
    queryKey: gitKeys.status(tree),
    queryFn: ({ signal }) => request('GET', pathTo('status', tree), { answer: GitStatus, signal }),
    ...changesUnseen,
  })

export const gitDiffQuery = (tree: GitTree, { path, origPath }: Pick<GitFile, 'path' | 'origPath'>, staged: boolean) =>
  queryOptions({
    queryKey: gitKeys.diff(tree, path, staged),
    queryFn: ({ signal }) =>
      request('GET', pathTo('diff', tree, { path, origPath, staged: String(staged) }), {
        answer: GitDiff,
        signal,
      }),
    ...changesUnseen,
    // Up to a megabyte each.
    gcTime: 60_000,
  })

export const gitCommitDiffQuery = (tree: GitTree, commit: string) =>
  queryOptions({
    queryKey: gitKeys.commitDiff(tree, commit),
    queryFn: ({ signal }) => request('GET', pathTo('diff', tree, { commit }), { answer: GitDiff, signal }),
    staleTime: Infinity,
    gcTime: 60_000,
  })

const logPageSize = 100

/** The commits, newest first, in pages; `all`: of every branch. */
export const gitLogQuery = (tree: GitTree, all: boolean) =>
  infiniteQueryOptions({
    queryKey: gitKeys.log(tree, all),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const before = pageParam ?? undefined
      const path = pathTo('log', tree, { limit: String(logPageSize), all: String(all), before })
      return request('GET', path, { answer: GitLog, signal })
    },
    getNextPageParam: ({ next }) => next,
    select: ({ pages }): GitCommit[] => pages.flatMap(({ commits }) => commits),
    ...changesUnseen,
  })

/** The commit that HEAD is at; null before the first. */
export const gitLastCommitQuery = (tree: GitTree) =>
  queryOptions({
    queryKey: gitKeys.lastCommit(tree),
    queryFn: async ({ signal }) => {
      const { commits } = await request('GET', pathTo('log', tree, { limit: '1' }), { answer: GitLog, signal })
      return commits[0] ?? null
    },
    ...changesUnseen,
  })

export const gitBranchesQuery = (tree: GitTree) =>
  queryOptions({
    queryKey: gitKeys.branches(tree),
    queryFn: async ({ signal }) => {
      const { branches } = await request('GET', pathTo('branches', tree), { answer: GitBranchList, signal })
      return branches
    },
    ...changesUnseen,
  })

export const gitStashesQuery = (tree: GitTree) =>
  queryOptions({
    queryKey: gitKeys.stashes(tree),
    queryFn: async ({ signal }) => {
      const { stashes } = await request('GET', pathTo('stashes', tree), { answer: GitStashList, signal })
      return stashes
    },
    ...changesUnseen,
  })

export const gitDiscardsQuery = (tree: GitTree) =>
  queryOptions({
    queryKey: gitKeys.discards(tree),
    queryFn: async ({ signal }) => {
      const { discards } = await request('GET', pathTo('discards', tree), { answer: GitDiscardList, signal })
      return discards
    },
    ...changesUnseen,
  })

/** What is only in an environment. One that does not run cannot be asked. */
export const gitUnsavedQuery = ({ id, status }: Pick<Environment, 'id' | 'status'>) =>
  queryOptions({
    queryKey: gitKeys.unsaved(id),
    queryFn: ({ signal }) => request('GET', pathTo('unsaved', { environmentId: id }), { answer: GitUnsaved, signal }),
    enabled: status === 'running',
    // Asked before something ends: what was so a minute ago is not enough.
    staleTime: 0,
    gcTime: 0,
    retry: false,
  })
