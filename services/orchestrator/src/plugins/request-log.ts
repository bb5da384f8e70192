/**
 * One log line per request, and the request's id on its answer. Health checks come every few seconds and are only
 * logged at debug level.
 */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

const quietPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz'])

export const requestLogPlugin = fp(addRequestLog, { name: 'request-log' })

async function addRequestLog(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  app.addHook('onResponse', async (request, reply) => {
    const level = quietPaths.has(request.routeOptions.url ?? '') ? 'debug' : 'info'
    request.log[level]({ req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request')
  })
}
