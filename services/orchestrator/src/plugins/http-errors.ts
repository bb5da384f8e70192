/** Refusals from before there is a request: a path that cannot be decoded, bytes that are not HTTP, headers too large. */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { sendProblem } from './errors.ts'
import { createProblem, problemMediaType } from './problems.ts'

export function answerFrameworkError(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  const status = error.statusCode !== undefined && error.statusCode < 500 ? error.statusCode : 400
  void sendProblem(reply, { code: 'malformed_request', status, detail: 'The path of the request cannot be read.' })
}

const statusOf: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }
const detailOf: Record<number, string> = {
  400: 'This is not an HTTP request.',
  408: 'The request did not arrive in time.',
  431: 'The headers are too large.',
}

/** Writes on the bare socket: there is no reply yet. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const status = statusOf[error.code] ?? 400
  const problem = createProblem({ code: 'malformed_request', status, detail: detailOf[status] ?? '' }, '', randomUUID())
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
