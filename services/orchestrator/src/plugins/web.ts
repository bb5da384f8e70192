/**
 * Whatever no route takes. Under /api that is a 404 problem; elsewhere it belongs to the web app: its built files, and
 * its page for every path that a browser opens, because the app has its own routes.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { webDistribution } from '../lib/project-paths.ts'
import { describeMissingRoute, readPath, sendProblem } from './errors.ts'

/** Hands a request to the development server of the web app. */
export type WebMiddleware = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export interface WebPluginOptions {
  /** null = the built files. */
  middleware: WebMiddleware | null
  /** The built files; by default where the build puts them. */
  directory?: string
}

export const webPlugin = fp<WebPluginOptions>(addWeb, { name: 'web', dependencies: ['errors'] })

/** Files whose names change with their content. */
const hashedFile = /[\\/]assets[\\/]/
const immutable = 'public, max-age=31536000, immutable'

async function addWeb(app: FastifyInstance, options: WebPluginOptions): Promise<void> {
  const directory = options.directory ?? webDistribution
  const isBuilt = options.middleware === null && existsSync(join(directory, 'index.html'))
  if (isBuilt) {
    await app.register(fastifyStatic, {
      root: directory,
      index: 'index.html',
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', hashedFile.test(path) ? immutable : 'no-cache')
      },
    })
  }

  app.setNotFoundHandler(async (request, reply) => {
    if (!isForWeb(request)) return sendProblem(reply, describeMissingRoute(request))
    if (options.middleware !== null) return options.middleware(request, reply)
    if (isBuilt && wantsPage(request)) return reply.header('cache-control', 'no-cache').sendFile('index.html')
    if (!isBuilt && wantsPage(request)) return reply.code(503).type('text/html; charset=utf-8').send(notBuiltPage)
    return sendProblem(reply, describeMissingRoute(request))
  })
}

function isForWeb(request: FastifyRequest): boolean {
  const path = readPath(request)
  return (request.method === 'GET' || request.method === 'HEAD') && path !== '/api' && !path.startsWith('/api/')
}

function wantsPage(request: FastifyRequest): boolean {
  return request.headers.accept?.includes('text/html') ?? false
}

const notBuiltPage = `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>Craftastic</title></head>
  <body style="font: 16px/1.5 system-ui; max-width: 40rem; margin: 15vh auto; padding: 0 1rem">
    <h1>The web app is not built yet</h1>
    <p>The server runs. Run <code>npm run build</code> in the project's directory and start it again, or use
    <code>npm start</code>, which does both. The API is described at <a href="/api/docs">/api/docs</a>.</p>
  </body>
</html>
`
