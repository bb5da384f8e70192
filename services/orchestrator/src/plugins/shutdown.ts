/**
 * Ends connections so that closing really ends. A keep-alive connection with a request in flight would hold the server
 * open until its idle time-out: from the moment closing starts every answer says `connection: close`. Requests that
 * still arrive are answered 503, and what is not done after a while is cut.
 */
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { AppError } from '../lib/errors.ts'

/** Leaves time for everything that is closed after HTTP within the process's own deadline. */
const cutAfterMs = 4_000

export const shutdownPlugin = fp(addShutdown, { name: 'shutdown' })

async function addShutdown(app: FastifyInstance): Promise<void> {
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    setTimeout(() => app.server.closeAllConnections(), cutAfterMs).unref()
  })
  app.addHook('onRequest', async () => {
    if (closing)
      throw new AppError('shutting_down', 'The server is restarting. Try again shortly.', { retryAfterSeconds: 2 })
  })
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close')
  })
}
