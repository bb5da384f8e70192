/**
 * The web app with hot reload on the server's own port, for development. Vite is loaded only here and only then, so
 * that a production installation does not need it.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { webRoot } from './project-paths.ts'

export interface ViteDev {
  /** Answers a request with what Vite makes of it: sources, modules, the page. */
  handle(request: FastifyRequest, reply: FastifyReply): Promise<void>
  close(): Promise<void>
}

/** The WebSocket subprotocols of Vite's own client. */
const viteProtocols = /^vite-(hmr|ping)$/

/**
 * Parts the upgrades of one HTTP server between Vite's hot reload and everybody else. Both would otherwise answer each
 * upgrade, and the one that does not know it would end it.
 */
export function splitUpgrades(server: Server): { vite: Server; others: Server } {
  // Servers that never listen: both sides only subscribe to the upgrades of one.
  const split = { vite: createServer(), others: createServer() }
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isVite = viteProtocols.test(request.headers['sec-websocket-protocol'] ?? '')
    split[isVite ? 'vite' : 'others'].emit('upgrade', request, socket, head)
  })
  return split
}

/** @param upgrades Emits the upgrades that are for Vite. */
export async function startViteDev(upgrades: Server): Promise<ViteDev> {
  const { createServer: createViteServer } = await import('vite')
  const vite = await createViteServer({
    root: webRoot,
    appType: 'spa',
    server: {
      middlewareMode: true,
      hmr: { server: upgrades },
    },
  })
  return {
    async handle(request, reply) {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value)
      }
      await new Promise<void>((resolve) => {
        reply.raw.once('close', resolve)
        vite.middlewares(request.raw, reply.raw, () => {
          reply.raw.statusCode = 404
          reply.raw.end()
        })
      })
    },
    close: () => vite.close(),
  }
}
