import type { FastifyRequest } from 'fastify'

/** Aborts when the caller is gone, so that nothing waits for nobody. */
export function requestSignal(request: FastifyRequest): AbortSignal {
  const controller = new AbortController()
  request.raw.socket.once('close', () => controller.abort())
  return controller.signal
}
