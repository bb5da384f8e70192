/** Deployments: deploy, follow, cancel, once more, back. */
import {
  DeployCheck,
  DeployCheckQuery,
  Deployment,
  DeploymentAccepted,
  DeploymentList,
  DeploymentListQuery,
  DeploymentLog,
  DeploymentLogQuery,
  DeploymentParams,
  DeployRequest,
  EnvironmentParams,
  Problem,
  RedeployRequest,
  RollbackRequest,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { DeploymentService } from '../lib/deployment-service.ts'
import { PreferHeaders, readWaitSeconds } from './prefer-wait.ts'
import { replySignal } from './reply-signal.ts'

const tags = ['deployment']
const config = { access: 'signedIn' } as const
const beginning = { access: 'signedIn', idempotentStatus: 202 } as const
const accepted = { 202: DeploymentAccepted, '4xx': Problem }

export const deploymentRoutes: FastifyPluginAsyncZod<{ deployments: DeploymentService }> = async (
  app,
  { deployments },
) => {
  app.post(
    '/deployment/deploy',
    {
      config: beginning,
      schema: { operationId: 'deployApplication', tags, body: DeployRequest, response: accepted },
    },
    async ({ actor, body }, reply) => reply.code(202).send(await deployments.deployApplication(actor, body)),
  )

  app.post(
    '/deployment/redeploy/:deploymentId',
    {
      config: beginning,
      schema: {
        operationId: 'redeployApplication',
        tags,
        params: DeploymentParams,
        body: RedeployRequest,
        response: accepted,
      },
    },
    async ({ actor, params, body }, reply) =>
      reply.code(202).send(await deployments.redeployApplication(actor, params.deploymentId, body)),
  )

  app.post(
    '/deployment/rollback',
    {
      config: beginning,
      schema: { operationId: 'rollBackApplication', tags, body: RollbackRequest, response: accepted },
    },
    async ({ actor, body }, reply) => reply.code(202).send(await deployments.rollBackApplication(actor, body)),
  )

  app.post(
    '/deployment/cancel/:deploymentId',
    {
      config,
      schema: {
        operationId: 'cancelDeployment',
        tags,
        params: DeploymentParams,
        response: { 200: Deployment, '4xx': Problem },
      },
    },
    async ({ actor, params }) => deployments.cancelDeployment(actor, params.deploymentId),
  )

  app.get(
    '/deployment/check/:environmentId',
    {
      config,
      schema: {
        operationId: 'checkDeploy',
        tags,
        params: EnvironmentParams,
        querystring: DeployCheckQuery,
        response: { 200: DeployCheck, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => deployments.checkDeploy(actor, params.environmentId, query.branch ?? null),
  )

  app.get(
    '/deployment/status/:deploymentId',
    {
      config,
      schema: {
        operationId: 'getDeployment',
        tags,
        params: DeploymentParams,
        response: { 200: Deployment, '4xx': Problem },
      },
    },
    async ({ actor, params }) => deployments.getDeployment(actor, params.deploymentId),
  )

  app.get(
    '/deployment/list/:environmentId',
    {
      config,
      schema: {
        operationId: 'listDeployments',
        tags,
        params: EnvironmentParams,
        querystring: DeploymentListQuery,
        response: { 200: DeploymentList, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => deployments.listDeployments(actor, params.environmentId, query),
  )

  app.get(
    '/deployment/logs/:deploymentId',
    {
      config,
      schema: {
        operationId: 'getDeploymentLog',
        tags,
        params: DeploymentParams,
        querystring: DeploymentLogQuery,
        headers: PreferHeaders,
        response: { 200: DeploymentLog, '4xx': Problem },
      },
    },
    async ({ actor, params, query, headers }, reply) =>
      deployments.getDeploymentLog(actor, params.deploymentId, {
        after: query.after,
        waitSeconds: readWaitSeconds(headers.prefer),
        signal: replySignal(reply),
      }),
  )
}
