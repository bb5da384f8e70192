/**
 * `Idempotency-Key` on the POST requests of signed-in callers: the same key and body gets the same answer for a day
 * (`lib/idempotency.ts`). Public routes ignore the header, because the answers of signing in are secrets and must not
 * be kept. Cookies are never kept either; no route that has an actor sets one.
 */
import { IdempotencyKey } from '@craftastic/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../lib/errors.ts'
import type { Claim, Idempotency, KeptAnswer } from '../lib/idempotency.ts'
import type { AccessRule } from './access.ts'
import { readPath } from './errors.ts'
import { problemMediaType } from './problems.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Status of an answer that was kept with its effect when the server ended before it replied; 200 when unset. */
    idempotentStatus?: number
  }
}

export const replayedHeader = 'idempotency-replayed'

export const idempotencyPlugin = fp<{ idempotency: Idempotency }>(addIdempotency, {
  name: 'idempotency',
  dependencies: ['auth', 'errors'],
})

async function addIdempotency(app: FastifyInstance, { idempotency }: { idempotency: Idempotency }): Promise<void> {
  const claims = new WeakMap<FastifyRequest, { claim: Claim; letGo: () => Promise<void> }>()

  // After validation: what counts as the same body is what the handler gets.
  app.addHook('preHandler', async (request, reply) => {
    const key = readKey(request)
    if (key === null) return
    const { actor, method, body } = request
    const keyed = { userId: actor.userId, key, method, path: readPath(request), body }
    const outcome = await idempotency.claim(keyed, () => !reply.raw.destroyed)
    if ('kept' in outcome) return replay(reply, outcome.kept)
    claims.set(request, { claim: outcome.claim, letGo: idempotency.holdClaim(outcome.claim) })
    actor.requestKey = key
  })

  // Before the reply leaves: whoever has it can count on a repeat.
  app.addHook('onSend', async (request, reply, payload) => {
    const held = claims.get(request)
    if (held === undefined) return
    claims.delete(request)
    const { claim } = held
    await held.letGo()
    try {
      if (isPassing(reply.statusCode)) return await idempotency.releaseClaim(claim)
      const location = reply.getHeader('location')
      await idempotency.storeAnswer(claim, {
        status: reply.statusCode,
        body: typeof payload === 'string' ? payload : '',
        location: typeof location === 'string' ? location : null,
      })
    } catch (error) {
      request.log.warn({ err: error }, 'the answer could not be kept for a repeat of the request')
    }
  })
}

/** Whether a route of this method and rule takes the header. A request that no route takes has no rule. */
export function takesKey(method: string | string[], access: AccessRule | undefined): boolean {
  return [method].flat().includes('POST') && (access === 'signedIn' || access === 'admin')
}

/** Null when there is none, or the route does not take one. */
function readKey(request: FastifyRequest): string | null {
  const given = request.headers['idempotency-key']
  if (given === undefined || !takesKey(request.method, request.routeOptions.config.access)) return null
  const key = IdempotencyKey.safeParse(given)
  if (key.success) return key.data
  const detail = key.error.issues[0]?.message ?? 'is not valid'
  throw new AppError('validation_failed', `The Idempotency-Key header ${detail}.`, {
    errors: [{ pointer: '/idempotency-key', detail }],
  })
}

/** Whether the outcome says nothing about the request itself, so that trying again can help. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 429
}

/** What only its effect is known of goes through the route's schema; what was answered goes out as it was. */
function replay(reply: FastifyReply, { status, body, location }: KeptAnswer): FastifyReply {
  void reply.header(replayedHeader, 'true')
  if (location !== null) void reply.header('location', location)
  if (status === null) return reply.code(reply.routeOptions.config.idempotentStatus ?? 200).send(body)
  void reply.code(status)
  if (body === null) return reply.send()
  const mediaType = status >= 400 ? problemMediaType : 'application/json; charset=utf-8'
  return reply.type(mediaType).serializer(JSON.stringify).send(body)
}
