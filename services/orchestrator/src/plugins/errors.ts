/**
 * The one error handler. Four kinds arrive: our own AppError, a refused schema, Fastify's own refusals (below 500),
 * and everything else, which is a defect: it goes to the log with the request's id and answers a fixed text.
 */
import type { FieldError } from '@craftastic/contract'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { hasZodFastifySchemaValidationErrors, ResponseSerializationError } from 'fastify-type-provider-zod'
import { isDatabaseUnavailable } from '../lib/database.ts'
import { AppError } from '../lib/errors.ts'
import { createProblem, describeAppError, internalProblem, problemMediaType, type ProblemParts } from './problems.ts'

/** How long to wait before trying again when the error itself does not know better. */
const defaultRetryAfterSeconds = 5

export const errorsPlugin = fp(addErrors, { name: 'errors' })

async function addErrors(app: FastifyInstance): Promise<void> {
  app.setErrorHandler((error, request, reply) => {
    const parts = describeError(error, request)
    if (parts.status >= 500) request.log.error({ err: error }, 'request failed')
    if (parts.status === 503 || parts.status === 429) {
      const known = error instanceof AppError ? error.retryAfterSeconds : undefined
      reply.header('retry-after', known ?? defaultRetryAfterSeconds)
    }
    return sendProblem(reply, parts)
  })
}

/** Answers a problem. `reply.request` names the path and the id. */
export function sendProblem(reply: FastifyReply, parts: ProblemParts): FastifyReply {
  const { request } = reply
  // The handler's own schema is for its answers; a problem is serialised as it is.
  return reply
    .code(parts.status)
    .type(problemMediaType)
    .serializer(JSON.stringify)
    .send(createProblem(parts, readPath(request), request.id))
}

/** For requests that no route takes. */
export function describeMissingRoute(request: FastifyRequest): ProblemParts {
  return {
    code: 'not_found',
    status: 404,
    detail: `There is no ${request.method} ${readPath(request)}. What there is, /api/docs shows.`,
  }
}

export function readPath(request: FastifyRequest): string {
  return (request.url.split('?', 1)[0] ?? '').slice(0, 1000)
}

function describeError(error: unknown, request: FastifyRequest): ProblemParts {
  if (error instanceof AppError) return describeAppError(error)
  if (error instanceof ResponseSerializationError) return internalProblem
  if (hasZodFastifySchemaValidationErrors(error)) return describeValidation(error)
  if (isDatabaseUnavailable(error)) {
    return {
      code: 'database_unavailable',
      status: 503,
      detail: 'The database does not answer at the moment. Try again shortly.',
    }
  }
  return isFastifyError(error) ? describeFastifyError(error, request) : internalProblem
}

function isFastifyError(error: unknown): error is FastifyError & { statusCode: number } {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
}

function describeFastifyError(error: FastifyError & { statusCode: number }, request: FastifyRequest): ProblemParts {
  const status = error.statusCode
  if (status === 413) {
    const limit = request.routeOptions.bodyLimit
    return { code: 'body_too_large', status, detail: `The body is larger than ${limit} bytes.` }
  }
  if (status === 415) {
    const sent = request.headers['content-type']
    const was = sent === undefined ? 'has no content type' : `is "${sent.slice(0, 100)}"`
    return { code: 'unsupported_media_type', status, detail: `The body ${was}; send application/json.` }
  }
  if (status < 400 || status >= 500) return internalProblem
  return {
    code: status === 404 ? 'not_found' : 'malformed_request',
    status,
    detail: `The request cannot be read: ${error.message}.`,
  }
}

type ValidationError = Parameters<typeof describeIssue>[0]

const partNames: Record<string, string> = { body: 'body', querystring: 'query', params: 'path', headers: 'headers' }

function describeValidation(error: {
  validation: ValidationError[]
  validationContext?: string | undefined
}): ProblemParts {
  const errors = error.validation.flatMap(describeIssue)
  const part = partNames[error.validationContext ?? 'body'] ?? 'body'
  const list = errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`)).join('; ')
  return { code: 'validation_failed', status: 400, detail: `The ${part} is not valid: ${list}`, errors }
}

/** An unknown field is named itself; Zod names only the object it is in. */
function describeIssue(issue: {
  instancePath: string
  message?: string
  params: Record<string, unknown>
}): FieldError[] {
  const pointer = issue.instancePath === '/' ? '' : issue.instancePath
  const { keys } = issue.params
  if (Array.isArray(keys)) {
    return keys.map((key) => ({ pointer: `${pointer}/${escapePointer(String(key))}`, detail: 'is not a known field' }))
  }
  return [{ pointer, detail: issue.message ?? 'is not valid' }]
}

/** RFC 6901. */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}
