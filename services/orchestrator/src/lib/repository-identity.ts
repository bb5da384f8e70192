/**
 * Whether two ways of writing a repository's address mean the same one: `https://host/owner/name(.git)`,
 * `git@host:owner/name.git`, `ssh://git@host/owner/name.git`, and `owner/name`, by which GitHub is meant.
 */

type Repository = {
  host: string
  /** Null where it says nothing of the repository, as the port of ssh. */
  port: string | null
  path: string
}

/** These do not tell upper from lower case in paths. */
const caseless = new Set(['github.com', 'gitlab.com', 'bitbucket.org', 'codeberg.org'])

export function isSameRepository(one: string, other: string): boolean {
  const [left, right] = [readRepository(one), readRepository(other)]
  if (left === null || right === null) return false
  const isSamePort = left.port === null || right.port === null || left.port === right.port
  return left.host === right.host && left.path === right.path && isSamePort
}

/** The path below the host without `.git`; null when it is no address of a repository. */
export function repositoryPath(address: string): string | null {
  return readRepository(address)?.path ?? null
}

function readRepository(address: string): Repository | null {
  const text = address.trim()
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return normalise('github.com', null, text)
  const [, host, path] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)([^\s]+)$/.exec(text) ?? []
  if (host !== undefined && path !== undefined) return normalise(host, null, path)
  if (!/^(?:https?|ssh|git):\/\//.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  const defaultPort = url.protocol === 'https:' ? '443' : '80'
  return normalise(url.hostname, isWeb ? url.port || defaultPort : null, url.pathname)
}

function normalise(givenHost: string, port: string | null, givenPath: string): Repository | null {
  const host = givenHost.toLowerCase()
  const path = givenPath.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  if (path === '') return null
  return { host, port, path: caseless.has(host) ? path.toLowerCase() : path }
}
