/** Operations: what long work did, with its log, and calling it off. */
import { Operation, OperationParams, OperationWithLog, Problem } from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { OperationService } from '../lib/operation-service.ts'

export const operationRoutes: FastifyPluginAsyncZod<{ operations: OperationService }> = async (app, { operations }) => {
  app.get(
    '/operations/:operationId',
    {
      config: { access: 'signedIn' },
      schema: {
        operationId: 'getOperation',
        tags: ['operations'],
        params: OperationParams,
        response: { 200: OperationWithLog, '4xx': Problem },
      },
    },
    async (request) => operations.getOperation(request.actor, request.params.operationId),
  )

  app.post(
    '/operations/:operationId/cancel',
    {
      config: { access: 'signedIn' },
      schema: {
        operationId: 'cancelOperation',
        tags: ['operations'],
        params: OperationParams,
        response: { 200: Operation, '4xx': Problem },
      },
    },
    async (request) => operations.cancelOperation(request.actor, request.params.operationId),
  )
}
