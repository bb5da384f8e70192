/** Reads DOCKER_HOST in the forms the docker command line knows. */
import type Docker from 'dockerode'

const defaultSocketPath = '/var/run/docker.sock'

/** `host` is a socket path, `unix://…`, `tcp://host:port` or `ssh://user@host`; null is the default socket. `sshAgentSocket` signs in over ssh. */
export function connectionOptions(host: string | null, sshAgentSocket: string | null): Docker.DockerOptions {
  if (host === null) return { socketPath: defaultSocketPath }
  if (host.startsWith('/')) return { socketPath: host }
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const url = new URL(host)
  if (url.protocol === 'ssh:') {
    return {
      protocol: 'ssh',
      host: url.hostname,
      port: url.port === '' ? 22 : Number(url.port),
      username: decodeURIComponent(url.username),
      sshOptions: sshAgentSocket === null ? {} : { agent: sshAgentSocket },
    }
  }
  return { protocol: 'http', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) }
}
