/** Recordings of sessions: start, stop, list, get, delete. */
import {
  EnvironmentParams,
  Problem,
  Recording,
  RecordingList,
  recordingMediaType,
  RecordingParams,
  SessionParams,
  Success,
} from '@craftastic/contract'
import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RecordingService } from '../lib/recording-service.ts'

const tags = ['recordings']
const access = { access: 'signedIn' } as const

export const recordingRoutes: FastifyPluginAsyncZod<{ recordings: RecordingService }> = async (app, { recordings }) => {
  app.post(
    '/sessions/:sessionId/recording',
    {
      config: access,
      schema: {
        operationId: 'startRecording',
        tags,
        params: SessionParams,
        response: { 200: Recording, 201: Recording, '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { recording, isNew } = await recordings.startRecording(request.actor, request.params.sessionId)
      return reply.code(isNew ? 201 : 200).send(recording)
    },
  )

  app.delete(
    '/sessions/:sessionId/recording',
    {
      config: access,
      schema: {
        operationId: 'stopRecording',
        tags,
        params: SessionParams,
        response: { 200: Recording, '4xx': Problem },
      },
    },
    async (request) => recordings.stopRecording(request.actor, request.params.sessionId),
  )

  app.get(
    '/environments/:environmentId/recordings',
    {
      config: access,
      schema: {
        operationId: 'listRecordings',
        tags,
        params: EnvironmentParams,
        response: { 200: RecordingList, '4xx': Problem },
      },
    },
    async (request) => ({
      recordings: await recordings.listRecordings(request.actor, request.params.environmentId),
    }),
  )

  app.get(
    '/environments/:environmentId/recordings/:fileName',
    {
      config: access,
      schema: {
        operationId: 'getRecording',
        tags,
        params: RecordingParams,
        response: { 200: z.string().meta({ description: recordingMediaType }), '4xx': Problem },
      },
    },
    async (request, reply) => {
      const { environmentId, fileName } = request.params
      return sendFile(reply, fileName, await recordings.openRecording(request.actor, environmentId, fileName))
    },
  )

  app.delete(
    '/environments/:environmentId/recordings/:fileName',
    {
      config: access,
      schema: {
        operationId: 'deleteRecording',
        tags,
        params: RecordingParams,
        response: { 200: Success, '4xx': Problem },
      },
    },
    async (request) => {
      const { environmentId, fileName } = request.params
      await recordings.deleteRecording(request.actor, environmentId, fileName)
      return { success: true as const }
    },
  )
}

function sendFile(reply: FastifyReply, fileName: string, stream: Readable): FastifyReply {
  return reply
    .header('content-type', recordingMediaType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .header('cache-control', 'no-store')
    .send(stream)
}
