/**
 * The two cookies of a browser's sign-in. Over https their names carry the prefix that binds them to exactly this host
 * and to https; over plain http (localhost, a LAN) browsers refuse those names, so the names are bare. A request's own
 * protocol decides which name counts, so a cookie that was set over http never counts over https.
 */
import type { SignedIn } from '@craftastic/contract'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { accessTokenTtlSeconds } from '../lib/access-tokens.ts'
import { refreshTokenTtlSeconds } from '../lib/auth-sessions.ts'

const sessionCookie = { secureName: '__Host-craftastic_session', name: 'craftastic_session', path: '/' }
const refreshCookie = { secureName: '__Secure-craftastic_refresh', name: 'craftastic_refresh', path: '/api/auth' }

type Cookie = typeof sessionCookie

export function readSessionCookie(request: FastifyRequest): string | null {
  return readCookie(request, sessionCookie)
}

export function readRefreshCookie(request: FastifyRequest): string | null {
  return readCookie(request, refreshCookie)
}

export function setSignInCookies(reply: FastifyReply, { accessToken, refreshToken }: SignedIn): void {
  setCookie(reply, sessionCookie, accessToken, accessTokenTtlSeconds)
  setCookie(reply, refreshCookie, refreshToken, refreshTokenTtlSeconds)
}

export function clearSignInCookies(reply: FastifyReply): void {
  setCookie(reply, sessionCookie, '', 0)
  setCookie(reply, refreshCookie, '', 0)
}

function isSecure(request: FastifyRequest): boolean {
  return request.protocol === 'https'
}

function readCookie(request: FastifyRequest, cookie: Cookie): string | null {
  return request.cookies[isSecure(request) ? cookie.secureName : cookie.name] || null
}

function setCookie(reply: FastifyReply, cookie: Cookie, value: string, maxAge: number): void {
  const secure = isSecure(reply.request)
  reply.setCookie(secure ? cookie.secureName : cookie.name, value, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path: cookie.path,
    maxAge,
  })
}
