/** Reads a repository again when it changed, and lets the server know that somebody looks. */
import { useEffect } from 'react'
import { gitWatchSeconds } from '@craftastic/contract'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import type { GitTree } from '@/lib/git-tree'
import { usePageVisible } from '@/lib/use-page-visible'
import { NoContent, request } from './client'
import { gitKeys, readGitTree } from './keys'

const waiting = new WeakMap<QueryClient, Set<string>>()

/**
 * What is being read may be older than the change: it is read once more, however many changes come meanwhile. While
 * verbs are under way nothing is read, because the last of them does.
 */
export async function readGitAgain(client: QueryClient, tree: GitTree): Promise<void> {
  const live = { queryKey: gitKeys.live(tree) }
  if (client.isMutating({ mutationKey: gitKeys.verbs(tree) }) > 0) return
  if (client.isFetching(live) === 0) return client.invalidateQueries(live)
  const name = live.queryKey.join(' ')
  const known = waiting.get(client) ?? new Set()
  waiting.set(client, known)
  if (known.has(name)) return
  known.add(name)
  await client.invalidateQueries(live, { cancelRefetch: false })
  known.delete(name)
  await client.invalidateQueries(live)
}

/** Every working tree of the environment that is known: what one does to branches, all of them show. */
export function readGitTreesAgain(client: QueryClient, environmentId: string): void {
  const queries = client.getQueryCache().findAll({ queryKey: gitKeys.ofEnvironment(environmentId) })
  const trees = new Map(queries.map(({ queryKey }) => [queryKey.slice(0, 3).join(' '), readGitTree(queryKey)]))
  for (const tree of trees.values()) if (tree !== null) void readGitAgain(client, tree)
}

/** While `watched` and the page is in front, the server tells changes by `git` events. */
export function useGitWatch({ environmentId, sessionId }: GitTree, watched: boolean): void {
  const client = useQueryClient()
  const visible = usePageVisible()
  const wanted = watched && visible
  useEffect(() => {
    if (!wanted) return
    const tree = { environmentId, sessionId }
    // Without it the panel is as true as at the last look at it, and it says itself what is wrong with the environment.
    const renew = () => request('POST', '/api/git/watch', { answer: NoContent, body: tree }).catch(() => undefined)
    // What changed before the watch began, nobody tells.
    void renew().then(() => readGitAgain(client, tree))
    const timer = setInterval(() => void renew(), (gitWatchSeconds * 1000) / 2)
    return () => clearInterval(timer)
  }, [client, environmentId, sessionId, wanted])
}
