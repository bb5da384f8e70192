/**
 * Which Git hosts environments may clone from. Compared by parsed equality, never by prefix. This is a rule of form:
 * what a name resolves to is the business of the network's own filter.
 */
import { parseRepositoryUrl, type RepositoryAddress } from '@craftastic/contract'

export type GitHosts = {
  /** Host names that https and SSH are limited to; null allows every public name. */
  names: ReadonlySet<string> | null
  /** Origins such as `http://git.lan:3000` or `ssh://git.lan:2222` that are allowed exactly as written. */
  origins: ReadonlySet<string>
}

const privateSuffixes =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|arpa|test|example|invalid|onion)$/

/** Reads the entries of `GIT_ALLOWED_HOSTS`, whose form the configuration has checked. */
export function readGitHosts(entries: readonly string[]): GitHosts {
  // The origin of an SSH URL is none to WHATWG; the configuration has checked that the entry is nothing else.
  const origins = entries
    .filter((entry) => entry.includes('://'))
    .map((entry) => (entry.startsWith('ssh://') ? entry.toLowerCase().replace(/:22$/, '') : new URL(entry).origin))
  const names = entries.filter((entry) => !entry.includes('://')).map((entry) => entry.toLowerCase())
  return { names: names.length > 0 ? new Set(names) : null, origins: new Set(origins) }
}

/** Where the repository is, its URL re-serialised, or in words why it is refused. */
export function checkRepositoryUrl(value: string, hosts: GitHosts): RepositoryAddress | { refused: string } {
  const address = parseRepositoryUrl(value)
  if ('refused' in address) return address
  const refused = refuseOrigin(address, hosts)
  return refused === null ? address : { refused }
}

/**
 * The one origin that a token for `host` is ever shown to, or in words why there is none: https wherever that is
 * allowed, plain http only where it is the only way that the operator has named.
 */
export function findTokenOrigin(host: string, hosts: GitHosts): { origin: string } | { refused: string } {
  const secure = readOrigin(`https://${host}`)
  if (secure === null || secure.host !== host) return { refused: 'is not a host as it stands in a URL' }
  const { origin, hostname } = secure
  const refused = refuseOrigin({ origin, hostname, host, protocol: 'https' }, hosts)
  if (refused === null) return { origin }
  const plain = readOrigin(`http://${host}`)
  return plain !== null && hosts.origins.has(plain.origin) ? { origin: plain.origin } : { refused }
}

/** Whether the operator has named this host, so that it may lead into private networks. */
export function isNamedHost({ origin, hostname }: URL, hosts: GitHosts): boolean {
  return hosts.origins.has(origin) || hosts.names?.has(hostname) === true
}

function readOrigin(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null
}

type HostAddress = Pick<RepositoryAddress, 'origin' | 'protocol' | 'host' | 'hostname'>

/** In words why environments may not use this host in this way; null when they may. */
function refuseOrigin({ origin, protocol, host, hostname }: HostAddress, hosts: GitHosts): string | null {
  if (hosts.origins.has(origin)) return null
  if (protocol === 'http') return 'must use https; plain http is for hosts that GIT_ALLOWED_HOSTS names'
  if (host !== hostname) return `must use the standard port of ${protocol}, or be named in GIT_ALLOWED_HOSTS`
  if (hosts.names?.has(hostname)) return null
  if (!isPublicName(hostname)) {
    return `names the host "${hostname}", which is not public and not in GIT_ALLOWED_HOSTS`
  }
  if (hosts.names !== null) return `names the host "${hostname}", which is not in GIT_ALLOWED_HOSTS`
  return null
}

function isPublicName(hostname: string): boolean {
  const isAddress = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return !isAddress && hostname.includes('.') && !hostname.endsWith('.') && !privateSuffixes.test(hostname)
}
