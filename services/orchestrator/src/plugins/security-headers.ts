/**
 * What browsers are told on every answer, errors included. Nothing is loaded from elsewhere, nothing may frame us, and
 * the API's answers are never stored.
 */
import helmet from '@fastify/helmet'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'

export interface SecurityHeadersOptions {
  /** Vite needs inline scripts for hot reload. */
  development: boolean
}

export const securityHeadersPlugin = fp<SecurityHeadersOptions>(addSecurityHeaders, { name: 'security-headers' })

const hstsSeconds = 365 * 24 * 60 * 60

async function addSecurityHeaders(app: FastifyInstance, { development }: SecurityHeadersOptions): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: development ? ["'self'", "'unsafe-inline'"] : ["'self'"],
        // xterm.js writes inline styles.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        manifestSrc: ["'self'"],
        connectSrc: ["'self'", (request) => formatSocketOrigins(request.headers.host)],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: false,
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    // Set below, over https only.
    strictTransportSecurity: false,
  })

  app.addHook('onRequest', async (request, reply) => {
    if (request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${hstsSeconds}; includeSubDomains`)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
  })
}

/** Browsers exist that do not count sockets of the same host as 'self'. A host that could carry a directive is left out. */
function formatSocketOrigins(host: string | undefined): string {
  return host !== undefined && /^[A-Za-z0-9.:[\]-]+$/.test(host) ? `ws://${host} wss://${host}` : "'self'"
}
