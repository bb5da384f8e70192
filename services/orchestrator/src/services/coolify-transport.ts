/**
 * One request to Coolify with limits: never follows a redirect, never waits or reads without a bound, never reuses a
 * connection (one that the other side has just closed would make it unclear whether a request arrived).
 */
import { CoolifyError } from './coolify-error.ts'

/** Of an ordinary answer, in bytes after decompression. */
const ordinaryAnswerBytes = 1024 * 1024
/** Of one with logs, which every answer about a deployment holds whole. */
export const logAnswerBytes = 32 * 1024 * 1024

export type CoolifyCall = {
  method: 'GET' | 'POST' | 'PATCH'
  /** Beginning with `/`. Identifiers in it have been checked. */
  path: string
  query?: Record<string, string>
  body?: unknown
  timeoutMs: number
  maxBytes?: number
  signal?: AbortSignal | undefined
}

export type RawAnswer = {
  status: number
  body: string
  retryAfter: string | null
  /** Coolify's clock, whole seconds. */
  date: Date | null
}

/** Where nothing has left this machine, or nothing was accepted: the request has certainly come to nothing. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** @throws CoolifyError network | bad_response, or the reason of the call's signal. */
export async function callCoolify(baseUrl: string, token: string, call: CoolifyCall): Promise<RawAnswer> {
  const url = new URL(baseUrl + call.path)
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value)
  const deadline = AbortSignal.timeout(call.timeoutMs)
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: {
        authorization: `Bearer ${token}`,
        // Without it, some refusals are redirects to a page.
        accept: 'application/json',
        'user-agent': 'craftastic',
        connection: 'close',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: call.body === undefined ? null : JSON.stringify(call.body),
      redirect: 'manual',
      signal: call.signal === undefined ? deadline : AbortSignal.any([deadline, call.signal]),
    })
    if (response.status >= 300 && response.status < 400) {
      await response.body?.cancel()
      throw new CoolifyError('bad_response', describeRedirect(response, url), { status: response.status })
    }
    const body = await readBounded(response, call.maxBytes ?? ordinaryAnswerBytes)
    return {
      status: response.status,
      body,
      retryAfter: response.headers.get('retry-after'),
      date: readDate(response.headers.get('date')),
    }
  } catch (error) {
    if (call.signal?.aborted) throw call.signal.reason
    if (error instanceof CoolifyError) throw withOutcome(error, call)
    throw toNetworkError(error, call, url, deadline.aborted)
  }
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    if (!(chunk instanceof Uint8Array)) break
    bytes += chunk.length
    if (bytes > maxBytes) {
      const limit = Math.floor(maxBytes / 1024 / 1024)
      throw new CoolifyError('bad_response', `Coolify's answer is longer than ${limit} MiB`, {
        status: response.status,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function toNetworkError(error: unknown, call: CoolifyCall, url: URL, isLate: boolean): CoolifyError {
  const cause = readErrorCode(error)
  const why = isLate ? `nothing came within ${call.timeoutMs / 1000} s` : (cause ?? 'the connection broke off')
  const outcomeUnknown = call.method !== 'GET' && (cause === null || !neverSent.has(cause))
  return new CoolifyError('network', `Coolify at ${url.host} does not answer: ${why}`, { outcomeUnknown })
}

/** What broke is in the cause, or in the causes of that when several addresses were tried. */
function readErrorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  if (code !== null && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code
  return readErrorCode(error.cause) ?? (error instanceof AggregateError ? readErrorCode(error.errors[0]) : null)
}

function withOutcome(error: CoolifyError, { method }: CoolifyCall): CoolifyError {
  if (method === 'GET' || (error.status ?? 200) >= 300) return error
  return new CoolifyError(error.code, error.message, { status: error.status, outcomeUnknown: true })
}

/** Names where it leads only if that is the same host: the usual case is http that leads to https. */
function describeRedirect(response: Response, asked: URL): string {
  const location = response.headers.get('location') ?? ''
  const target = URL.canParse(location, asked.href) ? new URL(location, asked) : null
  const where = target?.hostname === asked.hostname ? `to ${target.origin}` : 'to another host'
  return `Coolify at ${asked.origin} leads elsewhere (${response.status}, ${where}), and redirects are not followed`
}

function readDate(header: string | null): Date | null {
  const date = new Date(header ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? null : date
}
