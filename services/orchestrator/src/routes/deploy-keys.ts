/** The deploy key of an environment: show it, make it, replace it. */
import { DeployKey, EnvironmentParams, Problem } from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { DeployKeys } from '../lib/deploy-keys.ts'

export type DeployKeyRoutesOptions = { deployKeys: DeployKeys }

const tags = ['git']
const access = { access: 'signedIn' } as const
const common = { tags, params: EnvironmentParams, response: { 200: DeployKey, '4xx': Problem } }

export const deployKeyRoutes: FastifyPluginAsyncZod<DeployKeyRoutesOptions> = async (app, { deployKeys }) => {
  app.get(
    '/environments/:environmentId/deploy-key',
    { config: access, schema: { operationId: 'getDeployKey', ...common } },
    (request) => deployKeys.getDeployKey(request.actor, request.params.environmentId),
  )

  app.post(
    '/environments/:environmentId/deploy-key',
    {
      config: access,
      schema: { operationId: 'makeDeployKey', summary: 'Make a deploy key, unless there is one', ...common },
    },
    (request) => deployKeys.makeDeployKey(request.actor, request.params.environmentId),
  )

  app.post(
    '/environments/:environmentId/deploy-key/rotate',
    {
      config: { ...access, idempotentStatus: 200 },
      schema: {
        operationId: 'rotateDeployKey',
        summary: 'Put a new deploy key in the place of the old one',
        ...common,
      },
    },
    (request) => deployKeys.rotateDeployKey(request.actor, request.params.environmentId),
  )
}
