/** Signing in and out. Browsers get their tokens as cookies too; programs take them from the body. */
import { Login, Refresh, SetupFirstAdmin, SetupState, SignedIn, User } from '@craftastic/contract'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { AuthService } from '../lib/auth-service.ts'
import type { ClientInfo } from '../lib/auth-sessions.ts'
import { AppError } from '../lib/errors.ts'
import { readBearerToken } from '../plugins/auth.ts'
import { clearSignInCookies, readRefreshCookie, readSessionCookie, setSignInCookies } from '../plugins/cookies.ts'
import { requireKnownOrigin } from '../plugins/origins.ts'

export interface AuthRoutesOptions {
  auth: AuthService
  corsOrigins: readonly string[]
}

/** Per address. Passwords and set-up tokens are guessed here. */
const guessLimit = { max: 10, timeWindow: 60_000 }
/** Per address. Many people may share one. */
const refreshLimit = { max: 120, timeWindow: 60_000 }

export const authRoutes: FastifyPluginAsyncZod<AuthRoutesOptions> = async (app, { auth, corsOrigins }) => {
  app.get(
    '/auth/setup',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getSetupState',
        summary: 'Whether the installation waits for its first admin',
        tags: ['auth'],
        response: { 200: SetupState },
      },
    },
    () => auth.getSetupState(),
  )

  app.post(
    '/auth/setup',
    {
      config: { access: 'public', rateLimit: guessLimit },
      schema: {
        operationId: 'setUpFirstAdmin',
        summary: 'Make the first admin with the one-time token and sign in',
        tags: ['auth'],
        body: SetupFirstAdmin,
        response: { 201: SignedIn },
      },
    },
    async (request, reply) => {
      const signedIn = await auth.setUpFirstAdmin(request.body, describeClient(request))
      setSignInCookies(reply, signedIn)
      return reply.code(201).send(signedIn)
    },
  )

  app.post(
    '/auth/login',
    {
      config: { access: 'public', rateLimit: guessLimit },
      schema: { operationId: 'login', summary: 'Sign in', tags: ['auth'], body: Login, response: { 200: SignedIn } },
    },
    async (request, reply) => {
      const signedIn = await auth.login(request.body, describeClient(request))
      setSignInCookies(reply, signedIn)
      return signedIn
    },
  )

  app.post(
    '/auth/refresh',
    {
      config: { access: 'public', rateLimit: refreshLimit },
      schema: {
        operationId: 'refresh',
        summary: 'Exchange a refresh token, from the body or the cookie, for the next pair',
        tags: ['auth'],
        body: Refresh.nullish(),
        response: { 200: SignedIn },
      },
    },
    async (request, reply) => {
      const given = request.body?.refreshToken ?? null
      const refreshToken = given ?? readRefreshCookieOf(request)
      if (refreshToken === null)
        throw new AppError('not_signed_in', 'There is no refresh token in the body or the cookies.')
      const signedIn = await auth.refresh(refreshToken)
      // A program's own token must not sign in the browser that may be around it.
      if (given === null) setSignInCookies(reply, signedIn)
      return signedIn
    },
  )

  app.post(
    '/auth/logout',
    {
      // Public, because signing out must work when the access token is over.
      config: { access: 'public' },
      schema: { operationId: 'logout', summary: 'Sign out', tags: ['auth'], response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const bearer = readBearerToken(request)
      const refreshToken = bearer === null ? readRefreshCookieOf(request) : null
      const accessToken = bearer ?? readSessionCookie(request)
      await auth.logout({ accessToken, refreshToken })
      clearSignInCookies(reply)
      return reply.code(204).send()
    },
  )

  app.get(
    '/auth/me',
    {
      config: { access: 'signedIn' },
      schema: { operationId: 'getMe', summary: 'Who is signed in', tags: ['auth'], response: { 200: User } },
    },
    (request) => auth.getMe(request.actor),
  )

  /** A cookie counts only from a page of ours. */
  function readRefreshCookieOf(request: FastifyRequest): string | null {
    const cookie = readRefreshCookie(request)
    if (cookie !== null || readSessionCookie(request) !== null) requireKnownOrigin(request, corsOrigins, true)
    return cookie
  }
}

function describeClient(request: FastifyRequest): ClientInfo {
  return { ip: request.ip, userAgent: request.headers['user-agent'] ?? null }
}
