/** How a request to Coolify ends when it does not end well: one class, a closed list of codes. */

export type CoolifyErrorCode =
  /** The token is not accepted (401, or 400 "Invalid token."). Stop asking: refused requests are counted. */
  | 'auth'
  /** The token may not do this, its API is off or this address is not allowed (403). Stop asking. */
  | 'forbidden'
  | 'not_found'
  /** 400 or 422; see `fields`. */
  | 'validation'
  /** 409: a domain or name is taken; see `conflicts`. */
  | 'conflict'
  /** 429 for everything that uses this connection, until `retryAfterS` have passed. */
  | 'rate_limited'
  /** The server's list of deployments is full; see `retryAfterS`. */
  | 'queue_full'
  /** This Coolify is too old for what was asked. */
  | 'unsupported'
  /** 5xx. */
  | 'server'
  /** No answer: refused, unreachable, broken off or too late. */
  | 'network'
  /** An answer of another form, too long, or a redirect. */
  | 'bad_response'

/** A domain that another resource has. Names are Coolify's text. */
export type CoolifyConflict = { domain: string; resourceName: string; message: string }

export type CoolifyErrorDetails = {
  /** HTTP status; null without an answer. */
  status?: number | null
  /** Messages by field as Coolify names it; those without a field are under `_`. */
  fields?: Record<string, string[]>
  conflicts?: CoolifyConflict[]
  retryAfterS?: number
  /** Whether Coolify may have done what was asked although it did not say so: never just ask again. */
  outcomeUnknown?: boolean
  /** Whether anything else asked with this token, from here, is refused as well. */
  refusesAll?: boolean
  cause?: unknown
}

/**
 * What Coolify refused or could not do. The message is for people: bounded, without control characters and without the
 * token; what Coolify says in it is untrusted text.
 */
export class CoolifyError extends Error {
  override readonly name = 'CoolifyError'
  readonly code: CoolifyErrorCode
  readonly status: number | null
  readonly fields: Record<string, string[]>
  readonly conflicts: readonly CoolifyConflict[]
  readonly retryAfterS: number | null
  readonly outcomeUnknown: boolean
  readonly refusesAll: boolean

  constructor(code: CoolifyErrorCode, message: string, details: CoolifyErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.code = code
    this.status = details.status ?? null
    this.fields = details.fields ?? {}
    this.conflicts = details.conflicts ?? []
    this.retryAfterS = details.retryAfterS ?? null
    this.outcomeUnknown = details.outcomeUnknown ?? false
    this.refusesAll = details.refusesAll ?? false
  }
}
