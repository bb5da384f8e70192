/** Figures for an operator's monitoring. Not a part of the API: it is neither described there nor signed in to. */
import type { FastifyPluginAsync } from 'fastify'
import { metricsMediaType, type Metrics } from '../lib/metrics.ts'

export const metricsRoutes: FastifyPluginAsync<{ metrics: Metrics }> = async (app, { metrics }) => {
  app.get(
    '/metrics',
    // It is read every few seconds: only failures are worth a line of the log.
    { config: { access: 'operator' }, schema: { hide: true }, logLevel: 'warn' },
    async (_request, reply) => reply.type(metricsMediaType).send(await metrics.render()),
  )
}
