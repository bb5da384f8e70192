/**
 * The composition root: builds the services, picks the implementations, registers plugins and routes. `index.ts` and
 * the tests build the same app; nothing listens or runs until they say so.
 */
import { randomUUID } from 'node:crypto'
import { maxFrameBytes, terminalCloseCode } from '@craftastic/contract'
import cookie from '@fastify/cookie'
import cors from '@fastify/cors'
import rateLimit from '@fastify/rate-limit'
import websocket from '@fastify/websocket'
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Config } from './config.ts'
import type { Domain } from './domain.ts'
import { AccessTokens } from './lib/access-tokens.ts'
import { AuthService } from './lib/auth-service.ts'
import { AuthSessions } from './lib/auth-sessions.ts'
import type { Database } from './lib/database.ts'
import { AppError } from './lib/errors.ts'
import { createIdempotency } from './lib/idempotency.ts'
import type { Metrics } from './lib/metrics.ts'
import { RefreshTokens } from './lib/refresh-tokens.ts'
import type { Secrets } from './lib/secrets.ts'
import { SetupToken } from './lib/setup-token.ts'
import { watchSignIns } from './lib/sign-in-watch.ts'
import { UserService } from './lib/user-service.ts'
import { splitUpgrades, startViteDev } from './lib/vite-dev.ts'
import { requireAccessRules, type RouteEntry } from './plugins/access.ts'
import { authPlugin } from './plugins/auth.ts'
import { errorsPlugin } from './plugins/errors.ts'
import { answerClientError, answerFrameworkError } from './plugins/http-errors.ts'
import { idempotencyPlugin, replayedHeader } from './plugins/idempotency.ts'
import { jwtPlugin } from './plugins/jwt.ts'
import { openapiPlugin } from './plugins/openapi.ts'
import { requestLogPlugin } from './plugins/request-log.ts'
import { requestMetricsPlugin } from './plugins/request-metrics.ts'
import { securityHeadersPlugin } from './plugins/security-headers.ts'
import { shutdownPlugin } from './plugins/shutdown.ts'
import { handleSocketError } from './plugins/socket-errors.ts'
import { webPlugin } from './plugins/web.ts'
import { applicationRoutes } from './routes/applications.ts'
import { authRoutes } from './routes/auth.ts'
import { deployKeyRoutes } from './routes/deploy-keys.ts'
import { deploymentRoutes } from './routes/deployment.ts'
import { environmentLifecycleRoutes } from './routes/environment-lifecycle.ts'
import { environmentRoutes } from './routes/environments.ts'
import { eventRoutes } from './routes/events.ts'
import { gitActionRoutes } from './routes/git-actions.ts'
import { gitCredentialRoutes } from './routes/git-credentials.ts'
import { gitRoutes } from './routes/git.ts'
import { handOverRoutes } from './routes/hand-over.ts'
import { healthRoutes } from './routes/health.ts'
import { keptWorkRoutes } from './routes/kept-work.ts'
import { legacyContainerRoutes } from './routes/legacy-containers.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { operationRoutes } from './routes/operations.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { sessionShareRoutes } from './routes/session-shares.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { terminalRoutes } from './routes/terminal.ts'
import { userRoutes } from './routes/users.ts'

export interface AppOptions {
  config: Config
  secrets: Secrets
  db: Database
  log: FastifyBaseLogger
  domain: Domain
  metrics: Metrics
}

export interface App {
  app: FastifyInstance
  /** Every route with its access rule. */
  routes: readonly RouteEntry[]
  auth: AuthService
  authSessions: AuthSessions
  users: UserService
}

/** A request body is small JSON, but where a route says otherwise; nothing is uploaded through the API. */
const bodyLimitBytes = 256 * 1024
/** Until a request has arrived completely, headers and body. */
const requestTimeoutMs = 30_000

export async function buildApp(options: AppOptions): Promise<App> {
  const { config, secrets, db, domain, metrics, log } = options
  const app = createFastify(options)
  const routes = requireAccessRules(app)
  await app.register(requestMetricsPlugin, { metrics })
  await registerPlugins(app, config)
  await app.register(jwtPlugin, { secret: secrets.jwtSecret })

  const authSessions = new AuthSessions(db, new RefreshTokens(secrets.jwtSecret))
  const auth = new AuthService({
    db,
    authSessions,
    accessTokens: new AccessTokens(app.jwt),
    setupToken: new SetupToken(config.dataDir),
  })
  const users = new UserService(db, authSessions)

  await app.register(authPlugin, {
    authenticate: (accessToken) => auth.authenticate(accessToken),
    corsOrigins: config.corsOrigins,
    operatorToken: config.metricsToken,
  })
  await app.register(idempotencyPlugin, { idempotency: createIdempotency({ db, secret: secrets.jwtSecret }) })
  await app.register(healthRoutes, { checks: { ...domain.checks, database: () => checkDatabase(db) } })
  await app.register(metricsRoutes, { metrics })
  await app.register(authRoutes, { prefix: '/api', auth, corsOrigins: config.corsOrigins })
  await app.register(userRoutes, { prefix: '/api', users })
  await app.register(handOverRoutes, { prefix: '/api', ...domain })
  await app.register(environmentRoutes, { prefix: '/api', ...domain })
  await app.register(environmentLifecycleRoutes, { prefix: '/api', ...domain })
  await app.register(sessionRoutes, { prefix: '/api', ...domain })
  await app.register(sessionShareRoutes, { prefix: '/api', ...domain })
  await app.register(recordingRoutes, { prefix: '/api', ...domain })
  await app.register(deployKeyRoutes, { prefix: '/api', ...domain })
  await app.register(keptWorkRoutes, { prefix: '/api', ...domain })
  await app.register(gitCredentialRoutes, { prefix: '/api', ...domain })
  await app.register(gitRoutes, { prefix: '/api', ...domain })
  await app.register(gitActionRoutes, { prefix: '/api', ...domain })
  await app.register(deploymentRoutes, { prefix: '/api', ...domain })
  await app.register(applicationRoutes, { prefix: '/api', ...domain })
  await app.register(legacyContainerRoutes, { prefix: '/api', ...domain })
  await app.register(operationRoutes, { prefix: '/api', ...domain })
  await app.register(eventRoutes, { prefix: '/api', ...domain })
  await app.register(terminalRoutes, { prefix: '/api', ...domain })

  authSessions.onRevoked((authSessionId) => {
    domain.terminals.closeSignedOut(authSessionId)
    domain.events.closeSignedOut(authSessionId)
  })
  const stopWatching = watchSignIns({
    authSessions,
    listOpen: () => [...domain.terminals.listSignIns(), ...domain.events.listSignIns()],
    log,
  })
  // Open streams and terminals would hold the server open.
  app.addHook('preClose', async () => {
    stopWatching()
    domain.terminals.closeAll()
    domain.events.closeAll()
  })

  return { app, routes, auth, authSessions, users }
}

function createFastify({ config, log }: AppOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    // The shutdown plugin answers in the one form of errors.
    return503OnClosing: false,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError,
  })
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  return app
}

async function registerPlugins(app: FastifyInstance, config: Config): Promise<void> {
  const isDevelopment = config.nodeEnv === 'development'
  await app.register(requestLogPlugin)
  await app.register(errorsPlugin)
  await app.register(securityHeadersPlugin, { development: isDevelopment })
  await app.register(shutdownPlugin)
  await app.register(cookie)
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: config.corsOrigins,
      credentials: true,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: ['location', 'retry-after', 'x-request-id', 'deprecation', 'link', replayedHeader],
    })
  }
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { ttl }) =>
      new AppError('rate_limited', 'Too many requests from this address. Wait a moment, then try again.', {
        retryAfterSeconds: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  })
  await app.register(openapiPlugin)
  await registerSockets(app, isDevelopment)
}

/** WebSockets for the terminals and, in development, for hot reload; then whatever no route takes. */
async function registerSockets(app: FastifyInstance, isDevelopment: boolean): Promise<void> {
  const upgrades = isDevelopment ? splitUpgrades(app.server) : null
  await app.register(websocket, {
    options: {
      maxPayload: maxFrameBytes,
      // Costs more than it saves on terminal output.
      perMessageDeflate: false,
      ...(upgrades === null ? {} : { server: upgrades.others }),
    },
    errorHandler: handleSocketError,
    preClose(done) {
      for (const client of this.websocketServer.clients) client.close(terminalCloseCode.serverRestarting)
      this.websocketServer.close()
      done()
    },
  })
  const vite = upgrades === null ? null : await startViteDev(upgrades.vite)
  if (vite !== null) app.addHook('onClose', () => vite.close())
  await app.register(webPlugin, { middleware: vite === null ? null : (request, reply) => vite.handle(request, reply) })
}

async function checkDatabase(db: Database): Promise<string | null> {
  await db.selectFrom('users').select('id').limit(1).execute()
  return null
}
