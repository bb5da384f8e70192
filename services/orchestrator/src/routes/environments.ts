/** Environments: create, list, get, update, their history and statistics. */
import {
  CreateEnvironment,
  Environment,
  EnvironmentList,
  EnvironmentParams,
  EnvironmentStats,
  OperationList,
  OperationListQuery,
  Problem,
  UpdateEnvironment,
  UserParams,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { EnvironmentService } from '../lib/environment-service.ts'
import type { EnvironmentUsage } from '../lib/environment-usage.ts'
import type { OperationService } from '../lib/operation-service.ts'
import { hasSettled, PreferHeaders } from './prefer-wait.ts'

export type EnvironmentRoutesOptions = {
  environments: EnvironmentService
  operations: OperationService
  usage: EnvironmentUsage
}

const tags = ['environments']
const access = { access: 'signedIn' } as const

export const environmentRoutes: FastifyPluginAsyncZod<EnvironmentRoutesOptions> = async (app, options) => {
  const { environments, operations, usage } = options

  app.post(
    '/environments',
    {
      config: { ...access, idempotentStatus: 202 },
      schema: {
        operationId: 'createEnvironment',
        tags,
        headers: PreferHeaders,
        body: CreateEnvironment,
        response: { 201: Environment, 202: Environment, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const actor = request.actor
      const created = await environments.createEnvironment(actor, request.body)
      void reply.header('location', `/api/environments/${created.id}`)
      // What an admin makes for somebody else is that person's from the start.
      if (
        created.userId !== actor.userId ||
        !(await hasSettled({ request, reply, operation: created.operation, operations }))
      ) {
        return reply.code(202).send(created)
      }
      return reply.code(201).send(await environments.getEnvironment(actor, created.id))
    },
  )

  app.get(
    '/environments/user/:userId',
    {
      config: access,
      schema: {
        operationId: 'listEnvironments',
        tags,
        params: UserParams,
        response: { 200: EnvironmentList, '4xx': Problem },
      },
    },
    async (request) => ({
      environments: await environments.listEnvironments(request.actor, request.params.userId),
    }),
  )

  app.get(
    '/environments/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'getEnvironment',
        tags,
        params: EnvironmentParams,
        response: { 200: Environment, '4xx': Problem },
      },
    },
    async (request) => environments.getEnvironment(request.actor, request.params.environmentId),
  )

  app.patch(
    '/environments/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'updateEnvironment',
        tags,
        params: EnvironmentParams,
        body: UpdateEnvironment,
        response: { 200: Environment, '4xx': Problem },
      },
    },
    async (request) => environments.updateEnvironment(request.actor, request.params.environmentId, request.body),
  )

  app.get(
    '/environments/:environmentId/operations',
    {
      config: access,
      schema: {
        operationId: 'listOperations',
        tags: ['operations'],
        params: EnvironmentParams,
        querystring: OperationListQuery,
        response: { 200: OperationList, '4xx': Problem },
      },
    },
    async (request) => ({
      operations: await environments.listOperations(request.actor, request.params.environmentId, request.query),
    }),
  )

  app.get(
    '/environments/:environmentId/stats',
    {
      config: access,
      schema: {
        operationId: 'getEnvironmentStats',
        tags,
        params: EnvironmentParams,
        response: { 200: EnvironmentStats, '4xx': Problem },
      },
    },
    async (request) => usage.readStats(request.actor, request.params.environmentId),
  )
}
