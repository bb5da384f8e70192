/** Tokens for Git hosts: list, save, remove, and sign in to GitHub with a code. */
import {
  GitCredential,
  GitCredentialList,
  GitDeviceFlow,
  GitDeviceFlowParams,
  GitDeviceFlowStatus,
  GitHostParams,
  Problem,
  SaveGitCredential,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { GitCredentials } from '../lib/git-credentials.ts'
import type { GitDeviceFlows } from '../lib/git-device-flow.ts'

export type GitCredentialRoutesOptions = { gitCredentials: GitCredentials; gitDeviceFlows: GitDeviceFlows }

const tags = ['git']
const access = { access: 'signedIn' } as const
/** Per address: each one asks GitHub for a code. */
const beginLimit = { max: 10, timeWindow: 60_000 }

export const gitCredentialRoutes: FastifyPluginAsyncZod<GitCredentialRoutesOptions> = async (
  app,
  { gitCredentials, gitDeviceFlows },
) => {
  app.get(
    '/git/credentials',
    {
      config: access,
      schema: { operationId: 'listGitCredentials', tags, response: { 200: GitCredentialList, '4xx': Problem } },
    },
    async (request) => ({
      credentials: await gitCredentials.listGitCredentials(request.actor),
      deviceFlowHost: gitDeviceFlows.deviceFlowHost,
    }),
  )

  app.put(
    '/git/credentials/:host',
    {
      config: access,
      schema: {
        operationId: 'saveGitCredential',
        tags,
        params: GitHostParams,
        body: SaveGitCredential,
        response: { 200: GitCredential, '4xx': Problem },
      },
    },
    (request) => gitCredentials.saveGitCredential(request.actor, request.params.host, request.body),
  )

  app.delete(
    '/git/credentials/:host',
    {
      config: access,
      schema: {
        operationId: 'removeGitCredential',
        tags,
        params: GitHostParams,
        response: { 204: z.undefined(), '4xx': Problem },
      },
    },
    async (request, reply) => {
      await gitCredentials.removeGitCredential(request.actor, request.params.host)
      return reply.code(204).send()
    },
  )

  app.post(
    '/git/credentials/github/device',
    {
      config: { ...access, rateLimit: beginLimit },
      schema: {
        operationId: 'beginGitDeviceFlow',
        summary: 'Ask GitHub for a code to sign in with',
        tags,
        response: { 200: GitDeviceFlow, '4xx': Problem },
      },
    },
    (request) => gitDeviceFlows.beginDeviceFlow(request.actor),
  )

  app.get(
    '/git/credentials/github/device/:flowId',
    {
      config: access,
      schema: {
        operationId: 'getGitDeviceFlow',
        tags,
        params: GitDeviceFlowParams,
        response: { 200: GitDeviceFlowStatus, '4xx': Problem },
      },
    },
    (request) => gitDeviceFlows.getDeviceFlow(request.actor, request.params.flowId),
  )
}
