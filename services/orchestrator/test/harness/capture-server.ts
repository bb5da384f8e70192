/** A server that somebody has who is after tokens: answers everything with 401 and keeps what it was shown. */
import { createServer, type IncomingMessage } from 'node:http'
import { hostAddress } from '@craftastic/testing/git-server'

export interface CaptureServer {
  /** Such as `http://172.17.0.1:41234`, reachable from containers. */
  origin: string
  seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
  close(): Promise<void>
}

export async function startCaptureServer(): Promise<CaptureServer> {
  const seen: CaptureServer['seen'] = []
  const keep = (request: IncomingMessage, body: string) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      keep(request, Buffer.concat(chunks).toString('latin1'))
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give it to me"' }).end()
    })
  })
  server.on('connect', (request, socket) => {
    keep(request, '')
    socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm="x"\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port')
  return {
    origin: `http://${hostAddress()}:${bound.port}`,
    seen,
    close: () => new Promise((resolve) => void server.close(() => resolve()).closeAllConnections()),
  }
}
