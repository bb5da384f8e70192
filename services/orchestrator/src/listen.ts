/** Opens the port, and says in one sentence why it cannot. */
import type { FastifyInstance } from 'fastify'
import type { Config } from './config.ts'

/** Answers the URL under which a browser on this machine reaches the server. */
export async function listenInWords(
  app: FastifyInstance,
  { host, port }: Pick<Config, 'host' | 'port'>,
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw new Error(describeFailure(error, host, port), { cause: error })
  }
  const address = app.server.address()
  const actualPort = address !== null && typeof address === 'object' ? address.port : port
  return `http://${formatHost(host)}:${actualPort}`
}

function formatHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function describeFailure(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use by another program. End that one, or set PORT to another number.`
  if (code === 'EACCES')
    return `Port ${port} on ${host} may not be opened by this user. Set PORT to a number above 1023.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `HOST is "${host}", which is not an address of this machine.`
  return `Port ${port} on ${host} cannot be opened: ${error instanceof Error ? error.message : String(error)}`
}
