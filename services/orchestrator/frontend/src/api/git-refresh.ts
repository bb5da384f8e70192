/** Reads a repository again when it changed, and lets the server know that somebody looks. */
import { useEffect } from 'react'
import { gitWatchSeconds } from '@craftastic/contract'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { usePageVisible } from '@/lib/use-page-visible'
import { NoContent, request } from './client'
import { gitKeys } from './keys'

const waiting = new WeakMap<QueryClient, Set<string>>()

/**
 * What is being read may be older than the change: it is read once more, however many changes come meanwhile. While
 * verbs are under way nothing is read, because the last of them does.
 */
export async function readGitAgain(client: QueryClient, environmentId: string): Promise<void> {
  const live = { queryKey: gitKeys.live(environmentId) }
  if (client.isMutating({ mutationKey: gitKeys.verbs(environmentId) }) > 0) return
  if (client.isFetching(live) === 0) return client.invalidateQueries(live)
  const known = waiting.get(client) ?? new Set()
  waiting.set(client, known)
  if (known.has(environmentId)) return
  known.add(environmentId)
  await client.invalidateQueries(live, { cancelRefetch: false })
  known.delete(environmentId)
  await client.invalidateQueries(live)
}

/** While `watched` and the page is in front, the server tells changes by `git` events. */
export function useGitWatch(environmentId: string, watched: boolean): void {
  const client = useQueryClient()
  const visible = usePageVisible()
  const wanted = watched && visible
  useEffect(() => {
    if (!wanted) return
    // Without it the panel is as true as at the last look at it, and it says itself what is wrong with the environment.
    const renew = () =>
      request('POST', '/api/git/watch', { answer: NoContent, body: { environmentId } }).catch(() => undefined)
    // What changed before the watch began, nobody tells.
    void renew().then(() => readGitAgain(client, environmentId))
    const timer = setInterval(() => void renew(), (gitWatchSeconds * 1000) / 2)
    return () => clearInterval(timer)
  }, [client, environmentId, wanted])
}
