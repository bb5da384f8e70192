/** Giving the environments of one user to another, for admins. */
import { HandedOver, HandOver, Problem, UserParams } from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { HandOverService } from '../lib/hand-over.ts'

export const handOverRoutes: FastifyPluginAsyncZod<{ handOver: HandOverService }> = async (app, { handOver }) => {
  app.post(
    '/users/:userId/hand-over',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'handOverEnvironments',
        summary: 'Give the environments of a disabled user to another one',
        tags: ['users'],
        params: UserParams,
        body: HandOver,
        response: { 200: HandedOver, '4xx': Problem },
      },
    },
    (request) => handOver.handOverEnvironments(request.actor, request.params.userId, request.body),
  )
}
