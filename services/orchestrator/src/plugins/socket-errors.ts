/** What a WebSocket fails with, other than by closing. */
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'

/**
 * A frame against the protocol, which ws answers by closing with the code that says so, or a connection that broke, is
 * the client's affair. Everything else is a failure of ours, and ends the socket.
 */
export function handleSocketError(error: Error, socket: WebSocket, request: FastifyRequest): void {
  const isOfClient = 'code' in error && /^(?:WS_ERR_|E[A-Z]+$)/.test(String(error.code))
  if (isOfClient) return request.log.debug({ err: error }, 'a client broke its socket')
  request.log.error({ err: error }, 'a socket failed')
  socket.terminate()
}
