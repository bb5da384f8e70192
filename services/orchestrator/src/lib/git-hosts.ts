/**
 * Which Git hosts environments may clone from. Compared by parsed equality, never by prefix. This is a rule of form:
 * what a name resolves to is the business of the network's own filter.
 */
import { parseRepositoryUrl } from '@craftastic/contract'

export type GitHosts = {
  /** Host names that https is limited to; null allows every public name. */
  names: ReadonlySet<string> | null
  /** Origins such as `http://git.lan:3000` that are allowed exactly as written. */
  origins: ReadonlySet<string>
}

const privateSuffixes =
  /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home|corp|private|arpa|test|example|invalid|onion)$/

/** Reads the entries of `GIT_ALLOWED_HOSTS`, whose form the configuration has checked. */
export function readGitHosts(entries: readonly string[]): GitHosts {
  const origins = entries.filter((entry) => entry.includes('://')).map((entry) => new URL(entry).origin)
  const names = entries.filter((entry) => !entry.includes('://')).map((entry) => entry.toLowerCase())
  return { names: names.length > 0 ? new Set(names) : null, origins: new Set(origins) }
}

/** The URL to clone, re-serialised, or in words why it is refused. */
export function checkRepositoryUrl(value: string, hosts: GitHosts): { url: string } | { refused: string } {
  const parsed = parseRepositoryUrl(value)
  if ('refused' in parsed) return parsed
  const { url } = parsed
  if (hosts.origins.has(url.origin)) return { url: url.href }
  if (url.protocol !== 'https:')
    return { refused: 'must use https; plain http is for hosts that GIT_ALLOWED_HOSTS names' }
  if (url.port !== '') return { refused: 'must use the standard https port, or be named in GIT_ALLOWED_HOSTS' }
  if (hosts.names?.has(url.hostname)) return { url: url.href }
  if (!isPublicName(url.hostname)) {
    return { refused: `names the host "${url.hostname}", which is not public and not in GIT_ALLOWED_HOSTS` }
  }
  if (hosts.names !== null) return { refused: `names the host "${url.hostname}", which is not in GIT_ALLOWED_HOSTS` }
  return { url: url.href }
}

function isPublicName(hostname: string): boolean {
  const isAddress = /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
  return !isAddress && hostname.includes('.') && !hostname.endsWith('.') && !privateSuffixes.test(hostname)
}
