/** Environments: create, list, get, retry, delete, statistics. */
import {
  CreateEnvironment,
  Environment,
  EnvironmentDeleted,
  EnvironmentList,
  EnvironmentParams,
  EnvironmentStats,
  Problem,
  UserParams,
  type Operation,
} from '@craftastic/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { EnvironmentService } from '../lib/environment-service.ts'
import type { EnvironmentUsage } from '../lib/environment-usage.ts'
import type { OperationService } from '../lib/operation-service.ts'
import { PreferHeaders, readWaitSeconds } from './prefer-wait.ts'
import { replySignal } from './reply-signal.ts'

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
      config: access,
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
      if (created.userId !== actor.userId || !(await hasSettled(request, reply, created.operation))) {
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

  app.post(
    '/environments/:environmentId/retry',
    {
      config: access,
      schema: {
        operationId: 'retryEnvironment',
        tags,
        params: EnvironmentParams,
        headers: PreferHeaders,
        response: { 200: Environment, 202: Environment, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const actor = request.actor
      const retried = await environments.retryEnvironment(actor, request.params.environmentId)
      if (!(await hasSettled(request, reply, retried.operation))) return reply.code(202).send(retried)
      return reply.code(200).send(await environments.getEnvironment(actor, retried.id))
    },
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
        response: { 200: EnvironmentDeleted, 202: EnvironmentDeleted, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { environmentId } = request.params
      const operation = await environments.deleteEnvironment(request.actor, environmentId)
      const isGone = await hasSettled(request, reply, operation)
      return reply.code(isGone ? 200 : 202).send({ success: true, operation })
    },
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

  /** Waits as long as the caller prefers. */
  async function hasSettled(
    request: FastifyRequest<{ Headers: PreferHeaders }>,
    reply: FastifyReply,
    operation: Operation | null | undefined,
  ): Promise<boolean> {
    const seconds = readWaitSeconds(request.headers.prefer)
    if (seconds === 0 || !operation) return false
    return operations.waitForOperation(operation, seconds, replySignal(reply))
  }
}
