/** Sharing a session with other users: list, share, delete; and for those users the sessions that are shared with them. */
import {
  Problem,
  SessionParams,
  SessionShare,
  SessionShareList,
  SessionShareParams,
  SharedSessionList,
  ShareSession,
  Success,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { SessionShareService } from '../lib/session-shares.ts'

const tags = ['session shares']
const access = { access: 'signedIn' } as const

export const sessionShareRoutes: FastifyPluginAsyncZod<{ sessionShares: SessionShareService }> = async (
  app,
  { sessionShares },
) => {
  app.get(
    '/sessions/:sessionId/shares',
    {
      config: access,
      schema: {
        operationId: 'listSessionShares',
        tags,
        params: SessionParams,
        response: { 200: SessionShareList, '4xx': Problem },
      },
    },
    async (request) => ({ shares: await sessionShares.listSessionShares(request.actor, request.params.sessionId) }),
  )

  app.post(
    '/sessions/:sessionId/shares',
    {
      config: { ...access, idempotentStatus: 201 },
      schema: {
        operationId: 'shareSession',
        tags,
        params: SessionParams,
        body: ShareSession,
        response: { 200: SessionShare, 201: SessionShare, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { sessionId } = request.params
      const { share, isNew } = await sessionShares.shareSession(request.actor, sessionId, request.body)
      return reply.code(isNew ? 201 : 200).send(share)
    },
  )

  app.delete(
    '/sessions/:sessionId/shares/:shareId',
    {
      config: access,
      schema: {
        operationId: 'deleteSessionShare',
        tags,
        params: SessionShareParams,
        response: { 200: Success, '4xx': Problem },
      },
    },
    async (request) => {
      const { sessionId, shareId } = request.params
      await sessionShares.deleteSessionShare(request.actor, sessionId, shareId)
      return { success: true as const }
    },
  )

  app.get(
    '/shared-sessions',
    {
      config: access,
      schema: { operationId: 'listSharedSessions', tags, response: { 200: SharedSessionList, '4xx': Problem } },
    },
    async (request) => ({ sessions: await sessionShares.listSharedSessions(request.actor) }),
  )
}
