/** What was done with an environment, newest first, in pages. Events keep it true while it is shown. */
import { OperationList, type Operation } from '@craftastic/contract'
import { infiniteQueryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { request } from './client'
import { environmentKeys } from './keys'

export const historyPageSize = 6

/** `createdAt` of the last operation seen; empty asks for the newest. */
type PagePosition = string

export const operationHistoryQuery = (environmentId: string) =>
  infiniteQueryOptions({
    queryKey: environmentKeys.history(environmentId),
    queryFn: ({ signal, pageParam }) => {
      const query = new URLSearchParams({ limit: String(historyPageSize) })
      if (pageParam !== '') query.set('before', pageParam)
      return request('GET', `/api/environments/${environmentId}/operations?${query}`, { answer: OperationList, signal })
    },
    initialPageParam: '',
    getNextPageParam: ({ operations }): PagePosition | null =>
      operations.length < historyPageSize ? null : (operations.at(-1)?.createdAt ?? null),
  })

/** Puts what is known of an operation into a history that was read already. */
export function storeInHistory(client: QueryClient, operation: Operation): void {
  client.setQueryData<InfiniteData<OperationList, PagePosition>>(
    environmentKeys.history(operation.environmentId),
    (history) => history && { ...history, pages: withOperation(history.pages, operation) },
  )
}

function withOperation(pages: OperationList[], operation: Operation): OperationList[] {
  const isKnown = pages.some(({ operations }) => operations.some(({ id }) => id === operation.id))
  if (isKnown) {
    return pages.map(({ operations }) => ({
      operations: operations.map((other) => (other.id === operation.id ? operation : other)),
    }))
  }
  const [first, ...others] = pages
  if (!first) return pages
  const newestKnown = first.operations[0]
  if (newestKnown && newestKnown.createdAt > operation.createdAt) return pages
  return [{ operations: [operation, ...first.operations] }, ...others]
}
