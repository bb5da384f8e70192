/** What clients of the previous generation ask. Each answer says that these routes are deprecated, and what to use. */
import {
  ContainerParams,
  CreateLegacyContainer,
  LegacyContainerCreated,
  LegacyContainerList,
  LegacyContainerQuery,
  Problem,
  Success,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { LegacyContainerService } from '../lib/legacy-container-service.ts'
import { replySignal } from './reply-signal.ts'

const common = { tags: ['legacy containers'], deprecated: true }
const access = { access: 'signedIn' } as const

/** Since when (RFC 9745): seconds since 1970. */
const deprecatedSince = `@${Date.parse('2026-11-01T00:00:00Z') / 1000}`
const links = ['</api/environments>; rel="successor-version"', '</api/docs>; rel="deprecation"; type="text/html"'].join(
  ', ',
)

export const legacyContainerRoutes: FastifyPluginAsyncZod<{ legacyContainers: LegacyContainerService }> = async (
  app,
  { legacyContainers },
) => {
  // Refusals carry it as well.
  app.addHook('onSend', async (_, reply) => {
    void reply.headers({ deprecation: deprecatedSince, link: links })
  })

  app.post(
    '/containers/create',
    {
      config: { ...access, idempotentStatus: 201 },
      schema: {
        ...common,
        operationId: 'createContainer',
        summary: 'Create an environment with one session, and wait until it runs',
        body: CreateLegacyContainer.nullish(),
        response: { 201: LegacyContainerCreated, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { actor, body } = request
      return reply.code(201).send(await legacyContainers.createContainer(actor, body ?? {}, replySignal(reply)))
    },
  )

  app.get(
    '/containers/list',
    {
      config: access,
      schema: {
        ...common,
        operationId: 'listContainers',
        summary: 'The containers of a user',
        querystring: LegacyContainerQuery,
        response: { 200: LegacyContainerList, '4xx': Problem },
      },
    },
    async (request) => ({
      containers: await legacyContainers.listContainers(request.actor, request.query),
    }),
  )

  app.delete(
    '/containers/:containerId',
    {
      config: access,
      schema: {
        ...common,
        operationId: 'stopContainer',
        summary: 'Stop the environment of a container; its files stay',
        params: ContainerParams,
        response: { 200: Success, '4xx': Problem },
      },
    },
    async (request, reply) => {
      await legacyContainers.stopContainer(request.actor, request.params.containerId, replySignal(reply))
      return { success: true as const }
    },
  )
}
