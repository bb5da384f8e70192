// Where the container engine listens, and whether it answers. The same words as the docker CLI: DOCKER_HOST, else the system socket.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { capture } from './run.mjs'
import { SetupError } from './ui.mjs'

export const SYSTEM_SOCKET = '/var/run/docker.sock'

/**
 * @param {string | undefined} dockerHost value of DOCKER_HOST: a socket path, unix://, tcp:// or ssh://
 * @returns {{ kind: 'socket', socketPath: string } | { kind: 'tcp', host: string, port: number } | { kind: 'ssh', url: string }}
 */
export function parseDockerHost(dockerHost) {
  if (dockerHost === undefined || dockerHost === '') return { kind: 'socket', socketPath: SYSTEM_SOCKET }
  if (dockerHost.startsWith('/')) return { kind: 'socket', socketPath: dockerHost }
  const [scheme, rest] = dockerHost.split(/:\/\/(.*)/s)
  if (scheme === 'unix' && rest?.startsWith('/')) return { kind: 'socket', socketPath: rest }
  if (scheme === 'ssh' && rest) return { kind: 'ssh', url: dockerHost }
  if (['tcp', 'http', 'https'].includes(scheme) && rest && URL.canParse(`http://${rest}`)) {
    const { hostname, port } = new URL(`http://${rest}`)
    return { kind: 'tcp', host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 2375 : Number(port) }
  }
  throw new SetupError(
    `DOCKER_HOST is "${dockerHost}", which is not a socket path, unix://…, tcp://host:port or ssh://user@host. Correct it in .env or in the environment.`,
  )
}

/** The value of DOCKER_HOST for the docker CLI, which does not take a bare socket path. */
export function toDockerHost(endpoint) {
  if (endpoint.kind === 'socket') return `unix://${endpoint.socketPath}`
  if (endpoint.kind === 'ssh') return endpoint.url
  return `tcp://${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`
}

/**
 * Asks the engine for a sign of life.
 * @returns {Promise<'ok' | string>} `ok`, or the reason: an error code such as ENOENT, ECONNREFUSED, EACCES, or a status.
 */
export async function pingEngine(endpoint, { timeoutMs = 3000, env = process.env } = {}) {
  if (endpoint.kind === 'ssh') {
    const dockerEnv = { ...env, DOCKER_HOST: endpoint.url }
    const { code, stderr } = await capture('docker', ['version', '--format', 'ok'], {
      env: dockerEnv,
      timeoutMs: 15_000,
    })
    return code === 0 ? 'ok' : stderr.trim() || `the docker CLI ended with ${code}`
  }
  return new Promise((resolve) => {
    const secure = endpoint.kind === 'tcp' && env.DOCKER_TLS_VERIFY ? readClientCertificate(env) : null
    const target = { ...endpoint, path: '/_ping', timeout: timeoutMs, agent: false, ...secure }
    const request = (secure ? https : http).get(target, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode === 200 ? 'ok' : `status ${response.statusCode}`))
    })
    request.on('timeout', () => request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
    request.on('error', (error) => resolve(error.code ?? error.message))
  })
}

function readClientCertificate(env) {
  const directory = env.DOCKER_CERT_PATH ?? join(env.HOME ?? '/', '.docker')
  const read = (name) => readFileSync(join(directory, name))
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') }
}
