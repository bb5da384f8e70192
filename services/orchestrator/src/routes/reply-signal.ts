import type { FastifyReply } from 'fastify'

/** Aborts when the answer is sent or its reader is gone, so that nothing waits for nobody. */
export function replySignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => controller.abort())
  return controller.signal
}
