/**
 * The form of single configuration values: text in, typed value out. Each issue's message completes the sentence
 * "expected …".
 */
import { z } from 'zod'

/** Text that must satisfy `test`; `expected` completes "expected …". */
function text(expected: string, test: (value: string) => boolean) {
  return z.string().refine(test, { error: expected })
}

/** A whole number within bounds. */
export function wholeNumber(minimum: number, maximum: number, what: string) {
  const expected = `${what} from ${minimum} to ${maximum}`
  return text(
    expected,
    (value) => /^\d{1,9}$/.test(value) && Number(value) >= minimum && Number(value) <= maximum,
  ).transform(Number)
}

/** A number within bounds, such as 0.5. */
export function decimalNumber(minimum: number, maximum: number, what: string) {
  const expected = `${what} from ${minimum} to ${maximum}, such as 0.5`
  return text(
    expected,
    (value) => /^\d{1,6}(\.\d{1,6})?$/.test(value) && Number(value) >= minimum && Number(value) <= maximum,
  ).transform(Number)
}

const bytesPerUnit: Record<string, number> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** Bytes as the engine's tools write them: a number, alone or with the unit b, k, m or g (powers of 1024). */
function byteSize(minimumBytes: number, expected: string) {
  return z.string().transform((value, context) => {
    const match = /^(\d{1,12})([bkmg]?)b?$/i.exec(value)
    const bytes = Number(match?.[1]) * (bytesPerUnit[match?.[2]?.toLowerCase() || 'b'] ?? Number.NaN)
    if (Number.isSafeInteger(bytes) && bytes >= minimumBytes) return bytes
    context.addIssue(expected)
    return z.NEVER
  })
}

export const MemorySize = byteSize(64 * 1024 ** 2, 'an amount of memory of at least 64m, such as 512m or 2g')

/** 0 is none. */
export const DiskSize = byteSize(0, 'an amount of disk space such as 500m or 5g, or 0')

/** A comma list; white space and empty entries do not count. */
const CommaList = z
  .string()
  .transform((value) => value.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()])))

/** A comma list whose every entry satisfies `test`. */
export function commaListOf(expected: string, test: (entry: string) => boolean) {
  return CommaList.refine((entries) => entries.every(test), { error: `a comma list of ${expected}` })
}

/** Whether `value` is an origin as browsers send it: scheme, host and port, nothing else. */
export function isOrigin(value: string): boolean {
  return /^https?:\/\//.test(value) && URL.canParse(value) && new URL(value).origin === value
}

/** A URL whose scheme is one of `schemes` (each with its colon) and that has a host. */
export function urlOf(schemes: readonly string[], expected: string) {
  return text(expected, (value) => {
    if (!URL.canParse(value)) return false
    const url = new URL(value)
    return schemes.includes(url.protocol) && url.hostname !== ''
  })
}

/** Names and addresses that only a private network knows. A token is shown in plain http to no other. */
const lanHost =
  /^(localhost|[a-z0-9-]+|.+\.(localhost|local|lan|internal|intranet|home|home\.arpa)|127\.[\d.]+|10\.[\d.]+|192\.168\.[\d.]+|172\.(1[6-9]|2\d|3[01])\.[\d.]+|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.[\d.]+|\[::1\]|\[f[cd][0-9a-f:]+\])$/

/** The address of a Coolify, with or without `/api/v1`; comes out with it, without a slash at its end. */
export const CoolifyUrl = text(
  'an https URL such as https://coolify.example.org, or an http URL of a host in a private network',
  (value) => {
    if (!URL.canParse(value)) return false
    const { protocol, hostname, username, password, pathname, search, hash } = new URL(value)
    if (username + password + search + hash !== '' || !/^(\/api\/v1)?\/?$/.test(pathname)) return false
    return protocol === 'https:' || (protocol === 'http:' && lanHost.test(hostname))
  },
).transform((value) => `${new URL(value).origin}/api/v1`)

/** A path of a socket, or a `unix://`, `tcp://` or `ssh://` address of a container engine. */
export const EngineAddress = text(
  'a socket path such as /var/run/docker.sock, or an address that starts with unix://, tcp:// or ssh://',
  (value) => {
    if (/\s/.test(value)) return false
    if (/^(unix:\/\/)?\/./.test(value)) return true
    return /^(tcp|ssh):\/\/[^/]/.test(value) && URL.canParse(value)
  },
)

const hostNamePattern = /^(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*$/i

/** A host name, or `http(s)://host:port` or `ssh://host:port` for one that needs to be named exactly. */
export function isGitHost(entry: string): boolean {
  const [, sshHost] = /^ssh:\/\/([^:]+)(?::[1-9]\d{0,4})?$/.exec(entry) ?? []
  return hostNamePattern.test(sshHost ?? entry) || (isOrigin(entry) && new URL(entry).hostname !== '')
}

/** An address, a range of addresses (CIDR) or one of the names the proxy check knows. */
export function isProxyAddress(entry: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(entry)) return true
  const [address = '', prefix, ...rest] = entry.split('/')
  if (rest.length > 0 || (prefix !== undefined && !/^\d{1,3}$/.test(prefix))) return false
  const version = z.ipv4().safeParse(address).success ? 4 : z.ipv6().safeParse(address).success ? 6 : 0
  return version !== 0 && Number(prefix ?? 0) <= (version === 4 ? 32 : 128)
}

/** Whether a secret is one that people copy from documentation, or too plain to be random. */
export function isWeakSecret(secret: string): boolean {
  return (
    /change.?(me|this|it)|in.production|your.(super.)?(secret|jwt)|(super|jwt).?secret|secret.?key|password|example|default/i.test(
      secret,
    ) || new Set(secret).size < 8
  )
}
