/**
 * What a Git repository and a branch look like from outside. These are the rules of form; which hosts are allowed is
 * the server's configuration. A URL that passes is used only in its re-serialised form.
 */
import { z } from 'zod'

/** Where a repository is and how it is reached. */
export type RepositoryAddress = {
  /** As git takes it, re-serialised. */
  url: string
  protocol: 'http' | 'https' | 'ssh'
  /** Lower case, an international name in its ASCII form. */
  hostname: string
  /** With the port, unless it is the protocol's own. */
  host: string
  /** Such as `https://github.com` or `ssh://git.lan:2222`: what GIT_ALLOWED_HOSTS names. */
  origin: string
  /** At the host, without slashes at its ends. */
  path: string
}

type Reading = RepositoryAddress | { refused: string }

const part = '[A-Za-z0-9_.~][A-Za-z0-9._~-]*'
const pathPattern = new RegExp(`^(/${part}){1,10}/?$`)
const user = '[A-Za-z_][A-Za-z0-9_.-]{0,31}'
const sshPattern = new RegExp(`^ssh://(${user})@([^/:@]+)(?::(\\d{1,5}))?(/.*)$`, 'i')
/** As scp writes it: what follows the colon begins in the user's home at the host. */
const scpPattern = new RegExp(`^(${user})@([^/:@]+):(/?)([^:@]+)$`)

/** Reads a repository URL strictly. Answers where it leads, or in words why it is refused. */
export function parseRepositoryUrl(value: string): Reading {
  if (value.length > 2048) return { refused: 'is longer than 2048 characters' }
  if (/[\u0000-\u0020\u007f\\%]/.test(value)) {
    return { refused: 'contains white space, a control character, a backslash or a percent sign' }
  }
  if (value.includes('?') || value.includes('#')) return { refused: 'must not carry a query or a fragment' }
  if (/(^|[/:])\.\.?(\/|$)/.test(value)) return { refused: 'must not contain "." or ".." as a part of its path' }
  if (/^https?:\/\//.test(value)) return readHttpUrl(value)
  if (/^ssh:\/\//.test(value)) return readSshUrl(value)
  if (!value.includes('://') && scpPattern.test(value)) return readScpAddress(value)
  return { refused: 'must start with https://, or be like git@github.com:owner/name' }
}

function readHttpUrl(value: string): Reading {
  if (!URL.canParse(value)) return { refused: 'is not a URL' }
  const { href, protocol, username, password, hostname, host, origin, pathname } = new URL(value)
  if (username !== '' || password !== '' || /^[a-z]+:\/\/[^/]*@/i.test(value)) {
    return { refused: 'must not carry a user name, password or token' }
  }
  if (!pathPattern.test(pathname)) return notARepository
  return {
    url: href,
    protocol: protocol === 'https:' ? 'https' : 'http',
    hostname,
    host,
    origin,
    path: withoutSlashes(pathname),
  }
}

function readSshUrl(value: string): Reading {
  const [, name, givenHost = '', givenPort = '22', path = ''] = sshPattern.exec(value) ?? []
  if (name === undefined)
    return { refused: 'must name a user and no password, such as ssh://git@github.com/owner/name' }
  const hostname = readHostName(givenHost)
  const port = Number(givenPort)
  if (hostname === null || port < 1 || port > 65_535) return notAHost
  if (!pathPattern.test(path)) return notARepository
  const host = port === 22 ? hostname : `${hostname}:${port}`
  return { url: `ssh://${name}@${host}${path}`, ...sshAt(hostname, host), path: withoutSlashes(path) }
}

function readScpAddress(value: string): Reading {
  const [, name = '', givenHost = '', slash = '', path = ''] = scpPattern.exec(value) ?? []
  const hostname = readHostName(givenHost)
  if (hostname === null) return notAHost
  if (!pathPattern.test(`/${path}`)) return notARepository
  return { url: `${name}@${hostname}:${slash}${path}`, ...sshAt(hostname, hostname), path: withoutSlashes(path) }
}

const notARepository = { refused: 'has a path that is not that of a repository' }
const notAHost = { refused: 'names something that is not a host' }

function sshAt(hostname: string, host: string) {
  return { protocol: 'ssh', hostname, host, origin: `ssh://${host}` } as const
}

/**
 * An SSH URL has no rules for its host, so it is read by those of https: a number that means an address, or a letter
 * that means another one, becomes what it means.
 */
function readHostName(text: string): string | null {
  if (!/^[^-\u0000-\u0020/:@[\]]+$/.test(text) || !URL.canParse(`https://${text}/`)) return null
  const { hostname } = new URL(`https://${text}/`)
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(hostname) ? hostname : null
}

function withoutSlashes(path: string): string {
  return path.replace(/^\/|\/$/g, '')
}

/** An `http(s)` URL of a repository without credentials, or where it is over SSH: `ssh://…` or `git@host:path`. */
export const RepositoryUrl = z
  .string()
  .max(2048)
  .superRefine((value, context) => {
    const parsed = parseRepositoryUrl(value)
    if ('refused' in parsed) context.addIssue({ code: 'custom', message: parsed.refused, input: value })
  })

/** Whether what passed `RepositoryUrl` is reached over SSH. */
export function isSshRepository(repositoryUrl: string): boolean {
  return !/^https?:/.test(repositoryUrl)
}

/** Whether `value` is a branch name that git and a command line both read as nothing else. */
export const BranchName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/@+#=-]*$/, 'is not a branch name')
  .refine(
    (name) => !/\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(name) && name !== '@',
    'is not a branch name that git accepts',
  )
