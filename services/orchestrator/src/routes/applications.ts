/** Applications in Coolify: which there are, making one, and what it can be made of. */
import {
  Application,
  ApplicationChoices,
  ApplicationList,
  ApplicationListQuery,
  CreateApplication,
  DeploymentConnection,
  DestinationList,
  Problem,
  ProjectEnvironmentList,
  ProjectParams,
  RollbackImageList,
  RollbackImageParams,
  ServerParams,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { ApplicationService } from '../lib/application-service.ts'

const tags = ['deployment']
const config = { access: 'signedIn' } as const

export const applicationRoutes: FastifyPluginAsyncZod<{ applications: ApplicationService }> = async (
  app,
  { applications },
) => {
  app.get(
    '/deployment/connection',
    {
      config,
      schema: { operationId: 'getDeploymentConnection', tags, response: { 200: DeploymentConnection, '4xx': Problem } },
    },
    async () => applications.getDeploymentConnection(),
  )

  app.get(
    '/deployment/applications',
    {
      config,
      schema: {
        operationId: 'listApplications',
        tags,
        querystring: ApplicationListQuery,
        response: { 200: ApplicationList, '4xx': Problem },
      },
    },
    async ({ actor, query }) => applications.listApplications(actor, query.environmentId ?? null),
  )

  app.post(
    '/deployment/applications',
    {
      config: { ...config, idempotentStatus: 201 },
      schema: {
        operationId: 'createApplication',
        tags,
        body: CreateApplication,
        response: { 201: Application, '4xx': Problem },
      },
    },
    async ({ actor, body }, reply) => reply.code(201).send(await applications.createApplication(actor, body)),
  )

  app.get(
    '/deployment/choices',
    {
      config,
      schema: {
        operationId: 'listApplicationChoices',
        tags,
        response: { 200: ApplicationChoices, '4xx': Problem },
      },
    },
    async () => applications.listApplicationChoices(),
  )

  app.get(
    '/deployment/choices/projects/:projectId',
    {
      config,
      schema: {
        operationId: 'listProjectEnvironments',
        tags,
        params: ProjectParams,
        response: { 200: ProjectEnvironmentList, '4xx': Problem },
      },
    },
    async ({ params }) => applications.listProjectEnvironments(params.projectId),
  )

  app.get(
    '/deployment/choices/servers/:serverId',
    {
      config,
      schema: {
        operationId: 'listDestinations',
        tags,
        params: ServerParams,
        response: { 200: DestinationList, '4xx': Problem },
      },
    },
    async ({ params }) => applications.listDestinations(params.serverId),
  )

  app.get(
    '/deployment/rollback-images/:environmentId/:appId',
    {
      config,
      schema: {
        operationId: 'listRollbackImages',
        tags,
        params: RollbackImageParams,
        response: { 200: RollbackImageList, '4xx': Problem },
      },
    },
    async ({ actor, params }) => applications.listRollbackImages(actor, params.environmentId, params.appId),
  )
}
