import { OperationWithLog } from '@craftastic/contract'
import { queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { operationKeys } from './keys'

/** An operation with its whole log. Events append to it while it is open. */
export const operationQuery = (operationId: string) =>
  queryOptions({
    queryKey: operationKeys.one(operationId),
    queryFn: ({ signal }) => request('GET', `/api/operations/${operationId}`, { answer: OperationWithLog, signal }),
    staleTime: 0,
  })
