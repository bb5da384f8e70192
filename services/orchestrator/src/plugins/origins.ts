/**
 * Browsers attach cookies to whatever page asks, so a page must say where it comes from before a cookie counts for
 * more than reading. Programs with a bearer token need no Origin.
 */
import type { FastifyRequest } from 'fastify'
import { AppError } from '../lib/errors.ts'

/** The origin under which the client sees this server. Behind a proxy that ends TLS this needs TRUST_PROXY. */
function ownOrigin(request: FastifyRequest): string | null {
  const text = `${request.protocol}://${request.host}`
  return URL.canParse(text) ? new URL(text).origin : null
}

/**
 * @param needed Whether a missing Origin is refused as well.
 * @throws AppError origin_not_allowed
 */
export function requireKnownOrigin(request: FastifyRequest, corsOrigins: readonly string[], needed: boolean): void {
  const { origin } = request.headers
  if (origin === undefined) {
    if (!needed) return
    throw new AppError(
      'origin_not_allowed',
      'A request with a cookie needs an Origin header. Programs use a bearer token instead.',
    )
  }
  const own = ownOrigin(request)
  if (origin === own || corsOrigins.includes(origin)) return
  throw new AppError(
    'origin_not_allowed',
    `The origin "${origin.slice(0, 200)}" is not this server's (${own ?? 'unknown'}). If a proxy in front of the server ends TLS, ` +
      'set TRUST_PROXY to its address; for another web app, name its origin in CORS_ORIGIN.',
  )
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

export function isUpgrade(request: FastifyRequest): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket'
}

/** Whether the request can change something, or opens a channel through which things can be changed. */
export function hasEffect(request: FastifyRequest): boolean {
  return !safeMethods.has(request.method) || isUpgrade(request)
}
