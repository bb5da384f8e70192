/**
 * The HTTP side of the git proxy: speaks with Git over byte streams out of containers, of which each is known to come
 * from one environment. Git asks for an https repository through a tunnel (CONNECT), whose other end is here, under a
 * certificate that this environment's Git trusts for this repository only; for a plain http one, by its whole URL.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import type { PinnedCertificate } from './pinned-certificate.ts'

const maxHeaderBytes = 16 * 1024
/** From its first byte on, a stream must become a request within this time. */
const firstRequestMs = 15_000
/** Streams at the same time, of one environment. */
const maxStreams = 32

/** Where a stream comes from and where alone it may lead. */
export type GitProxyClient = {
  environmentId: string
  /** Origin of the environment's repository. */
  origin: string
}

/** `url` is what Git asked for, as one text: not checked in any way. */
export type GitProxyHandler = (
  client: GitProxyClient,
  url: string,
  request: IncomingMessage,
  response: ServerResponse,
) => void

export interface GitProxyServer {
  /** Takes the streams of one environment. `certificate` null: its repository is not an https one. */
  openEntrance(client: GitProxyClient, certificate: PinnedCertificate | null): (stream: Duplex) => void
}

type Connection = { client: GitProxyClient; secureContext: SecureContext | null; isTunnelled: boolean }

export function createGitProxyServer(handle: GitProxyHandler): GitProxyServer {
  const connections = new WeakMap<Duplex, Connection>()
  const streamCounts = new Map<string, number>()
  const server = createServer({ maxHeaderSize: maxHeaderBytes, requestTimeout: 0 }, (request, response) => {
    const connection = connections.get(request.socket)
    const url = request.url ?? ''
    if (connection === undefined) return refuse(response, 'unknown connection')
    const { client, isTunnelled } = connection
    handle(client, isTunnelled ? `${client.origin}${url}` : url, request, response)
  })
  // Nobody who asks for an upgrade or sends nonsense gets an answer.
  server.on('clientError', (_error, socket) => socket.destroy())
  server.on('upgrade', (_request, socket: Duplex) => socket.destroy())
  server.on('connect', (request, stream: Duplex) => {
    const connection = connections.get(stream)
    if (connection?.secureContext === null || connection === undefined || connection.isTunnelled) {
      return void stream.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    }
    if (request.url !== authorityOf(connection.client.origin)) {
      return void stream.end('HTTP/1.1 403 Only for the repository of this environment\r\n\r\n')
    }
    stream.write('HTTP/1.1 200 OK\r\n\r\n')
    const { secureContext } = connection
    const inner = new TLSSocket(stream, { isServer: true, secureContext })
    take(inner, { ...connection, isTunnelled: true })
  })

  function take(stream: Duplex, connection: Connection): void {
    connections.set(stream, connection)
    // A stream that breaks takes its requests with it; they tell.
    stream.on('error', () => stream.destroy())
    server.emit('connection', stream)
  }

  return {
    openEntrance: (client, certificate) => {
      const secureContext =
        certificate === null
          ? null
          : createSecureContext({ cert: certificate.certificate, key: certificate.privateKey, minVersion: 'TLSv1.2' })
      return (stream) => {
        const { environmentId } = client
        const count = streamCounts.get(environmentId) ?? 0
        if (count >= maxStreams) return void stream.destroy()
        streamCounts.set(environmentId, count + 1)
        const silence = setTimeout(() => stream.destroy(), firstRequestMs)
        stream.once('data', () => clearTimeout(silence))
        stream.once('close', () => {
          clearTimeout(silence)
          const left = (streamCounts.get(environmentId) ?? 1) - 1
          if (left > 0) streamCounts.set(environmentId, left)
          else streamCounts.delete(environmentId)
        })
        take(stream, { client, secureContext, isTunnelled: false })
      }
    },
  }
}

/** Git shows each line of the text behind `remote:`, when the refs are asked for. */
export function refuse(response: ServerResponse, words: string, status = 403): void {
  if (response.headersSent) return void response.destroy()
  const body = Buffer.from(`${words}\n`)
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    // What is still to come of the request is of no use.
    connection: 'close',
  })
  response.end(body)
}

/** As CONNECT names it: with the port always. */
function authorityOf(origin: string): string {
  const { hostname, port } = new URL(origin)
  return `${hostname}:${port === '' ? '443' : port}`
}
