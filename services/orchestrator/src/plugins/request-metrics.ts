/** How long requests take, by route. */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Metrics } from '../lib/metrics.ts'

export const requestMetricsPlugin = fp<{ metrics: Metrics }>(addRequestMetrics, { name: 'request-metrics' })

async function addRequestMetrics(app: FastifyInstance, { metrics }: { metrics: Metrics }): Promise<void> {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    metrics.timeRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000)
  })
}
