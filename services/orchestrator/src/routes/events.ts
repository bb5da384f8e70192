/** Server-sent events: everything of the caller's, or of one environment. Reads on from `Last-Event-ID`. */
import { EnvironmentParams, Problem } from '@craftastic/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { EventService } from '../lib/event-service.ts'

const EventHeaders = z.object({
  'last-event-id': z
    .string()
    .regex(/^\d{1,15}$/)
    .optional()
    .catch(undefined),
})
const tags = ['events']
const access = { access: 'signedIn' } as const
const response = { 200: z.string().meta({ description: 'text/event-stream' }), '4xx': Problem }

export const eventRoutes: FastifyPluginAsyncZod<{ events: EventService }> = async (app, { events }) => {
  app.get(
    '/events',
    { config: access, schema: { operationId: 'followEvents', tags, headers: EventHeaders, response } },
    async (request, reply) => follow(request, reply, null),
  )

  app.get(
    '/environments/:environmentId/events',
    {
      config: access,
      schema: {
        operationId: 'followEnvironmentEvents',
        tags,
        params: EnvironmentParams,
        headers: EventHeaders,
        response,
      },
    },
    async (request, reply) => follow(request, reply, request.params.environmentId),
  )

  async function follow(
    request: FastifyRequest<{ Headers: z.infer<typeof EventHeaders> }>,
    reply: FastifyReply,
    environmentId: string | null,
  ): Promise<FastifyReply> {
    const lastEventId = request.headers['last-event-id']
    const afterId = lastEventId === undefined ? null : Number(lastEventId)
    const stream = await events.openStream(request.actor, { environmentId, afterId })
    return reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(stream)
  }
}
