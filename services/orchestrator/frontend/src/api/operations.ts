import { Operation, OperationWithLog, type Environment } from '@craftastic/contract'
import { mutationOptions, queryOptions } from '@tanstack/react-query'
import { request } from './client'
import { putBack, showAhead, storeOperation } from './environment-cache'
import { environmentKeys, operationKeys } from './keys'

/** An operation with its whole log. Events append to it while it is open. */
export const operationQuery = (operationId: string) =>
  queryOptions({
    queryKey: operationKeys.one(operationId),
    queryFn: ({ signal }) => request('GET', `/api/operations/${operationId}`, { answer: OperationWithLog, signal }),
    staleTime: 0,
  })

/** Calls an operation off: a stop leads to a start, everything else to a stop. */
export const cancelOperationMutation = () =>
  mutationOptions({
    mutationFn: (operation: Operation) =>
      request('POST', `/api/operations/${operation.id}/cancel`, { answer: Operation }),
    onMutate: (operation, { client }) => {
      const status: Environment['status'] = operation.kind === 'stop' ? 'starting' : 'stopping'
      return showAhead(client, operation.environmentId, {
        status,
        statusReason: null,
        operation: { ...operation, state: 'cancelled', queuePosition: null },
      })
    },
    onSuccess: (operation, _asked, _before, { client }) => storeOperation(client, operation, []),
    onError: (_error, _operation, before, { client }) => putBack(client, before),
    onSettled: (_data, _error, _operation, _before, { client }) =>
      void client.invalidateQueries({ queryKey: environmentKeys.all }),
  })
