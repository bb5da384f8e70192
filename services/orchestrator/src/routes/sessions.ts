/** Sessions: create, list, get, read the history and the worktree of, update, delete. */
import {
  CreateSession,
  EnvironmentParams,
  Problem,
  Session,
  SessionDeleted,
  SessionHistory,
  SessionHistoryQuery,
  SessionList,
  SessionParams,
  SessionWorktree,
  UpdateSession,
} from '@craftastic/contract'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { SessionService } from '../lib/session-service.ts'

const tags = ['sessions']
const access = { access: 'signedIn' } as const

export const sessionRoutes: FastifyPluginAsyncZod<{ sessions: SessionService }> = async (app, { sessions }) => {
  app.post(
    '/sessions',
    {
      config: { ...access, idempotentStatus: 201 },
      schema: { operationId: 'createSession', tags, body: CreateSession, response: { 201: Session, '4xx': Problem } },
    },
    async (request, reply) => {
      const session = await sessions.createSession(request.actor, request.body)
      return reply.code(201).header('location', `/api/sessions/${session.id}`).send(session)
    },
  )

  app.get(
    '/sessions/environment/:environmentId',
    {
      config: access,
      schema: {
        operationId: 'listSessions',
        tags,
        params: EnvironmentParams,
        response: { 200: SessionList, '4xx': Problem },
      },
    },
    async (request) => ({
      sessions: await sessions.listSessions(request.actor, request.params.environmentId),
    }),
  )

  app.get(
    '/sessions/:sessionId',
    {
      config: access,
      schema: { operationId: 'getSession', tags, params: SessionParams, response: { 200: Session, '4xx': Problem } },
    },
    async (request) => sessions.getSession(request.actor, request.params.sessionId),
  )

  app.get(
    '/sessions/:sessionId/history',
    {
      config: access,
      schema: {
        operationId: 'readSessionHistory',
        tags,
        params: SessionParams,
        querystring: SessionHistoryQuery,
        response: { 200: SessionHistory, '4xx': Problem },
      },
    },
    async (request) => sessions.readSessionHistory(request.actor, request.params.sessionId, request.query),
  )

  app.get(
    '/sessions/:sessionId/worktree',
    {
      config: access,
      schema: {
        operationId: 'getSessionWorktree',
        tags,
        params: SessionParams,
        response: { 200: SessionWorktree, '4xx': Problem },
      },
    },
    async (request) => sessions.getSessionWorktree(request.actor, request.params.sessionId),
  )

  app.patch(
    '/sessions/:sessionId',
    {
      config: access,
      schema: {
        operationId: 'updateSession',
        tags,
        params: SessionParams,
        body: UpdateSession,
        response: { 200: Session, '4xx': Problem },
      },
    },
    async (request) => sessions.updateSession(request.actor, request.params.sessionId, request.body),
  )

  app.delete(
    '/sessions/:sessionId',
    {
      config: access,
      schema: {
        operationId: 'deleteSession',
        tags,
        params: SessionParams,
        response: { 200: SessionDeleted, '4xx': Problem },
      },
    },
    async (request) => ({
      success: true as const,
      worktree: await sessions.deleteSession(request.actor, request.params.sessionId),
    }),
  )
}
