/**
 * The terminal's WebSocket. Everything that can refuse a caller runs before the upgrade; from then on frames are either
 * bytes, passed through untouched, or control messages of the contract.
 */
import { SessionParams, TerminalClientMessage, TerminalQuery, terminalCloseCode } from '@craftastic/contract'
import type {} from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { RawData, WebSocket } from 'ws'
import type { VisibleSessionRow } from '../lib/environment-access.ts'
import type { TerminalService, TerminalSocket } from '../lib/terminal-service.ts'

/** What may wait for a client that does not read. More than its output may be, which has a limit of its own. */
const maxWaitingBytes = 1024 * 1024

/** A client that answers no ping for two of these is gone. */
const pingIntervalMs = 25_000

export const terminalRoutes: FastifyPluginAsyncZod<{ terminals: TerminalService }> = async (app, { terminals }) => {
  const allowed = new WeakMap<FastifyRequest, VisibleSessionRow>()

  app.get(
    '/terminal/ws/:sessionId',
    {
      websocket: true,
      config: { access: 'signedIn' },
      schema: { operationId: 'openTerminal', tags: ['terminal'], params: SessionParams, querystring: TerminalQuery },
      preHandler: async (request) => {
        const { sessionId } = request.params
        const actor = request.actor
        allowed.set(request, await terminals.requireTerminal(actor, sessionId, request.query))
      },
    },
    (webSocket: WebSocket, request) => {
      const session = allowed.get(request)
      if (session === undefined) return webSocket.close(terminalCloseCode.notAllowed)
      const opened = terminals.openTerminal({
        actor: request.actor,
        session,
        query: request.query,
        socket: terminalSocket(webSocket),
      })
      webSocket.on('message', (data, isBinary) => {
        // Who was sent away may go on sending for as long as it leaves that unanswered.
        if (webSocket.readyState !== webSocket.OPEN) return
        const bytes = toBuffer(data)
        if (isBinary) opened.viewer.input(bytes)
        else readControl(bytes)
      })
      webSocket.on('close', () => opened.close())
      watchForSilence(webSocket)

      function readControl(bytes: Buffer): void {
        const message = parseControl(bytes)
        if (message === null) {
          return send(webSocket, { type: 'error', code: 'malformed_request', message: 'unknown control message' })
        }
        if (message.type === 'input') opened.viewer.input(Buffer.from(message.data, 'utf8'))
        else if (message.type === 'resize') opened.viewer.resize({ cols: message.cols, rows: message.rows })
        else opened.viewer.acknowledge(message.bytes)
      }
    },
  )
}

function terminalSocket(webSocket: WebSocket): TerminalSocket {
  return {
    sendOutput: (bytes, sent) => {
      if (takesMore(webSocket)) webSocket.send(bytes, { binary: true }, () => sent())
    },
    sendMessage: (message) => send(webSocket, message),
    get bufferedBytes() {
      return webSocket.bufferedAmount
    },
    pauseInput: () => webSocket.pause(),
    resumeInput: () => webSocket.resume(),
    close: (code, reason) => webSocket.close(code, reason),
  }
}

function send(webSocket: WebSocket, message: Parameters<TerminalSocket['sendMessage']>[0]): void {
  if (takesMore(webSocket)) webSocket.send(JSON.stringify(message))
}

/** Sends away who does not read what it is told, however it goes on asking. */
function takesMore(webSocket: WebSocket): boolean {
  if (webSocket.readyState !== webSocket.OPEN) return false
  if (webSocket.bufferedAmount <= maxWaitingBytes) return true
  webSocket.close(terminalCloseCode.tooSlow, 'too much waits to be read')
  return false
}

function parseControl(bytes: Buffer): TerminalClientMessage | null {
  try {
    const parsed = TerminalClientMessage.safeParse(JSON.parse(bytes.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}

function watchForSilence(webSocket: WebSocket): void {
  let unanswered = 0
  webSocket.on('pong', () => (unanswered = 0))
  const timer = setInterval(() => {
    if (unanswered >= 2) return webSocket.terminate()
    unanswered += 1
    webSocket.ping()
  }, pingIntervalMs)
  webSocket.on('close', () => clearInterval(timer))
}
