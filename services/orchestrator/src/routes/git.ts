/** Git, reading: status, differences, commits, branches, stashes, what was discarded, what is only here. */
import {
  EnvironmentParams,
  GitBranchList,
  GitDiff,
  GitDiffQuery,
  GitDiscardList,
  GitLog,
  GitLogQuery,
  GitStashList,
  GitStatus,
  GitTreeQuery,
  GitUnsaved,
  Problem,
} from '@craftastic/contract'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readByteQuery } from '../lib/git-query.ts'
import type { GitService } from '../lib/git-service.ts'
import { streamGitStatus } from '../lib/git-status-body.ts'

const tags = ['git']
const access = { access: 'signedIn' } as const
const params = EnvironmentParams

export const gitRoutes: FastifyPluginAsyncZod<{ git: GitService }> = async (app, { git }) => {
  app.get(
    '/git/status/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'getGitStatus',
        tags,
        params,
        querystring: GitTreeQuery,
        response: { 200: GitStatus, '4xx': Problem },
      },
    },
    async ({ actor, params, query }, reply) =>
      sendStatus(reply, await git.getGitStatus(actor, { ...params, ...query })),
  )

  app.get(
    '/git/diff/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'getGitDiff',
        tags,
        params,
        querystring: GitDiffQuery,
        response: { 200: GitDiff, '4xx': Problem },
      },
      preValidation: async (request) => {
        Object.assign(request, { query: readByteQuery(request.raw.url ?? '') })
      },
    },
    async ({ actor, params, query }) => git.getGitDiff(actor, { ...params, ...query }),
  )

  app.get(
    '/git/log/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'getGitLog',
        tags,
        params,
        querystring: GitLogQuery,
        response: { 200: GitLog, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => git.getGitLog(actor, { ...params, ...query }),
  )

  app.get(
    '/git/branches/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'listGitBranches',
        tags,
        params,
        querystring: GitTreeQuery,
        response: { 200: GitBranchList, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => git.listGitBranches(actor, { ...params, ...query }),
  )

  app.get(
    '/git/stashes/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'listGitStashes',
        tags,
        params,
        querystring: GitTreeQuery,
        response: { 200: GitStashList, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => git.listGitStashes(actor, { ...params, ...query }),
  )

  app.get(
    '/git/discards/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'listGitDiscards',
        tags,
        params,
        querystring: GitTreeQuery,
        response: { 200: GitDiscardList, '4xx': Problem },
      },
    },
    async ({ actor, params, query }) => git.listGitDiscards(actor, { ...params, ...query }),
  )

  app.get(
    '/git/unsaved/:environmentId',
    {
      config: access,
      schema: { operationId: 'getGitUnsaved', tags, params, response: { 200: GitUnsaved, '4xx': Problem } },
    },
    async ({ actor, params: { environmentId } }) => git.getGitUnsaved(actor, environmentId),
  )
}

/** Past the serializer, which would take the whole list in one go. */
function sendStatus(reply: FastifyReply, status: GitStatus): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(streamGitStatus(status))
}
