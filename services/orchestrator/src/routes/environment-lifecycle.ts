/** What makes an environment run and what ends it: start, stop, restart, retry, hold, release, delete. */
import {
  DeleteEnvironmentQuery,
  Environment,
  EnvironmentDeleted,
  EnvironmentParams,
  Problem,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { UserActor } from '../lib/actor.ts'
import type { EnvironmentLifecycle } from '../lib/environment-lifecycle.ts'
import type { EnvironmentService } from '../lib/environment-service.ts'
import type { OperationService } from '../lib/operation-service.ts'
import { hasSettled, PreferHeaders } from './prefer-wait.ts'

export type EnvironmentLifecycleRoutesOptions = {
  environments: EnvironmentService
  lifecycle: EnvironmentLifecycle
  operations: OperationService
}

const tags = ['environments']
const access = { access: 'signedIn' } as const

export const environmentLifecycleRoutes: FastifyPluginAsyncZod<EnvironmentLifecycleRoutesOptions> = async (
  app,
  { environments, lifecycle, operations },
) => {
  const verbs: Record<string, (actor: UserActor, environmentId: string) => Promise<Environment>> = {
    start: lifecycle.startEnvironment,
    stop: lifecycle.stopEnvironment,
    restart: lifecycle.restartEnvironment,
    retry: lifecycle.retryEnvironment,
  }
  for (const [verb, perform] of Object.entries(verbs)) {
    app.post(
      `/environments/:environmentId/${verb}`,
      {
        config: { ...access, idempotentStatus: 202 },
        schema: {
          operationId: `${verb}Environment`,
          tags,
          params: EnvironmentParams,
          headers: PreferHeaders,
          response: { 200: Environment, 202: Environment, '4xx': Problem },
        },
      },
      async (request, reply) => {
        const environment = await perform(request.actor, request.params.environmentId)
        const { operation } = environment
        if (!(await hasSettled({ request, reply, operation, operations }))) return reply.code(202).send(environment)
        return reply.code(200).send(await environments.getEnvironment(request.actor, environment.id))
      },
    )
  }

  app.post(
    '/environments/:environmentId/hold',
    {
      config: access,
      schema: {
        operationId: 'holdEnvironment',
        tags,
        params: EnvironmentParams,
        response: { 200: Environment, '4xx': Problem },
      },
    },
    async (request) => lifecycle.holdEnvironment(request.actor, request.params.environmentId),
  )

  app.delete(
    '/environments/:environmentId/hold',
    {
      config: access,
      schema: {
        operationId: 'releaseEnvironment',
        tags,
        params: EnvironmentParams,
        response: { 200: Environment, '4xx': Problem },
      },
    },
    async (request) => lifecycle.releaseEnvironment(request.actor, request.params.environmentId),
  )

  app.delete(
    '/environments/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'deleteEnvironment',
        tags,
        params: EnvironmentParams,
        headers: PreferHeaders,
        querystring: DeleteEnvironmentQuery,
        response: { 200: EnvironmentDeleted, 202: EnvironmentDeleted, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const isForced = request.query.force === 'true'
      const operation = await lifecycle.deleteEnvironment(request.actor, request.params.environmentId, { isForced })
      const isOver = await hasSettled({ request, reply, operation, operations })
      const isGone = isOver && (await operations.hasDone(operation))
      return reply.code(isGone ? 200 : 202).send({ success: true, operation })
    },
  )
}
