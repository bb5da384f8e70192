/**
 * Who is asking, and may they call this route? One hook answers for every route, WebSocket upgrades included, before
 * any body is read. What belongs to whom is not decided here but in the services' SQL.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { UserActor } from '../lib/actor.ts'
import { AppError } from '../lib/errors.ts'
import type { AccessRule } from './access.ts'
import { readSessionCookie } from './cookies.ts'
import { requireOperator } from './operator.ts'
import { hasEffect, isUpgrade, requireKnownOrigin } from './origins.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    access: AccessRule
  }
  interface FastifyRequest {
    /** Reading it on a route without users throws: nobody was asked to sign in there. */
    readonly actor: UserActor
  }
}

export interface AuthPluginOptions {
  /** Who an access token speaks for; throws AppError not_signed_in. */
  authenticate: (accessToken: string) => Promise<UserActor>
  corsOrigins: readonly string[]
  /** For routes of the operator; null when only this machine is one. */
  operatorToken: string | null
}

export const authPlugin = fp<AuthPluginOptions>(addAuth, { name: 'auth', dependencies: ['@fastify/cookie'] })

async function addAuth(app: FastifyInstance, options: AuthPluginOptions): Promise<void> {
  const { authenticate, corsOrigins, operatorToken } = options
  const actors = new WeakMap<FastifyRequest, UserActor>()
  app.decorateRequest('actor', {
    getter() {
      const actor = actors.get(this)
      if (actor === undefined) throw new Error(`${this.method} ${this.url} is not for users and has no actor`)
      return actor
    },
  })

  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const { access } = request.routeOptions.config
    const bearer = readBearerToken(request)
    // A page of another origin has no business on a socket, whatever it knows; elsewhere a bearer token is its own proof.
    if (isUpgrade(request) || (hasEffect(request) && bearer === null)) requireKnownOrigin(request, corsOrigins, false)
    if (access === 'public') return
    if (access === 'operator') return requireOperator(request, bearer, operatorToken)

    const cookie = bearer === null ? readSessionCookie(request) : null
    const token = bearer ?? cookie
    if (token === null) throw new AppError('not_signed_in', 'Sign in first, or send a bearer token.')
    if (cookie !== null && hasEffect(request)) requireKnownOrigin(request, corsOrigins, true)
    const actor = await authenticate(token)
    if (access === 'admin' && actor.role !== 'admin') throw new AppError('not_allowed', 'Only admins may do this.')
    actors.set(request, actor)
  })
}

/** The token of the Authorization header; null when there is none, or a header of another scheme (a proxy's own). */
export function readBearerToken(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null
}
