/** What is kept of deleted environments: list, get the bundle, delete. It is brought back by creating an environment. */
import type { ReadStream } from 'node:fs'
import { bundleMediaType, KeptWorkList, KeptWorkParams, Problem, Success, type KeptWork } from '@craftastic/contract'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { KeptWorkService } from '../lib/kept-work-service.ts'

const tags = ['kept work']
const access = { access: 'signedIn' } as const

export const keptWorkRoutes: FastifyPluginAsyncZod<{ keptWork: KeptWorkService }> = async (app, { keptWork }) => {
  app.get(
    '/kept-work',
    { config: access, schema: { operationId: 'listKeptWork', tags, response: { 200: KeptWorkList, '4xx': Problem } } },
    async (request) => ({ keptWork: await keptWork.listKeptWork(request.actor) }),
  )

  app.get(
    '/kept-work/:keptWorkId/bundle',
    {
      config: access,
      schema: {
        operationId: 'getKeptWorkBundle',
        tags,
        params: KeptWorkParams,
        response: { 200: z.string().meta({ description: bundleMediaType }), '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { work, stream } = await keptWork.openKeptWork(request.actor, request.params.keptWorkId)
      return sendBundle(reply, work, stream)
    },
  )

  app.delete(
    '/kept-work/:keptWorkId',
    {
      config: access,
      schema: {
        operationId: 'deleteKeptWork',
        tags,
        params: KeptWorkParams,
        response: { 200: Success, '4xx': Problem },
      },
    },
    async (request) => {
      await keptWork.deleteKeptWork(request.actor, request.params.keptWorkId)
      return { success: true as const }
    },
  )
}

function sendBundle(reply: FastifyReply, { environmentName, bytes }: KeptWork, stream: ReadStream): FastifyReply {
  return reply
    .header('content-type', bundleMediaType)
    .header('content-length', bytes)
    .header('content-disposition', `attachment; filename="${fileName(environmentName)}"`)
    .header('cache-control', 'no-store')
    .send(stream)
}

/** Letters that every file system takes. */
function fileName(environmentName: string): string {
  const plain = environmentName.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '')
  return `${plain === '' ? 'kept-work' : plain}.bundle`
}
