/** What Coolify's refusals mean: its answers that are not 2xx, in the closed list of codes. */
import { z } from 'zod'
import { CoolifyError, type CoolifyConflict, type CoolifyErrorCode, type CoolifyErrorDetails } from './coolify-error.ts'
import { toPlainLine, type Redact } from './coolify-text.ts'

const maxMessage = 500
const maxFields = 50
const maxMessagesPerField = 10

/** Retry-After when Coolify does not say, and its bounds. Its queue says 60 s, its throttle counts per minute. */
const retryAfterS = { default: 60, min: 1, max: 600 }

/** Each part is optional: proxies in front of Coolify answer in their own way. */
const Refusal = z.object({
  message: z.string().catch(''),
  error: z.string().optional().catch(undefined),
  docs: z.unknown().optional(),
  success: z.unknown().optional(),
  errors: z.unknown().optional(),
  conflicts: z.unknown().optional(),
})
type Refusal = z.infer<typeof Refusal>

const FieldErrors = z.union([z.record(z.string(), z.union([z.string(), z.array(z.string())])), z.array(z.string())])

const Conflict = z.object({
  domain: z.string().catch(''),
  resource_name: z.string().nullish().catch(null),
  message: z.string().catch(''),
})

export type RefusedAnswer = { status: number; retryAfter: string | null; body: string }

/** @param changes Whether the request was one that changes something. */
export function readRefusal(answer: RefusedAnswer, changes: boolean, redact: Redact): CoolifyError {
  const refusal = parseRefusal(answer.body)
  const code = readCode(answer.status, refusal)
  const plain = (text: string) => toPlainLine(redact(text), maxMessage)
  const details: CoolifyErrorDetails = { status: answer.status, outcomeUnknown: changes && code === 'server' }
  if (code === 'rate_limited' || code === 'queue_full') details.retryAfterS = readRetryAfter(answer.retryAfter)
  if (code === 'validation') details.fields = readFields(refusal.errors, plain)
  if (code === 'conflict') details.conflicts = readConflicts(refusal.conflicts, plain)
  // An API that is off, or closed to this address, says so with a `success` that is true.
  details.refusesAll = code === 'auth' || (code === 'forbidden' && refusal.success === true)
  const words = plain([refusal.message, refusal.error ?? ''].filter((text) => text !== '').join(' '))
  return new CoolifyError(code, describe(code, answer.status, words), details)
}

function parseRefusal(body: string): Refusal {
  try {
    return Refusal.parse(JSON.parse(body))
  } catch {
    return { message: '' }
  }
}

function readCode(status: number, { message, docs }: Refusal): CoolifyErrorCode {
  // The throttle and the full queue share a status; only the words differ. A rollback says it with 400.
  if ((status === 429 || status === 400) && /queue is full/i.test(message)) return 'queue_full'
  if (status === 401 || (status === 400 && /^invalid token/i.test(message))) return 'auth'
  if (status === 403) return 'forbidden'
  // A route that this version lacks points to the documentation; a thing that is gone does not.
  if (status === 405 || (status === 404 && docs !== undefined)) return 'unsupported'
  if (status === 404) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 429) return 'rate_limited'
  if (status === 400 || status === 422) return 'validation'
  return status >= 500 ? 'server' : 'bad_response'
}

function describe(code: CoolifyErrorCode, status: number, words: string): string {
  const said = words === '' ? '' : `: ${words}`
  switch (code) {
    case 'auth':
      return `Coolify does not accept the token${said}`
    case 'forbidden':
      return `Coolify does not allow this with the token${said}`
    case 'not_found':
      return `Coolify does not know it${said}`
    case 'unsupported':
      return 'This version of Coolify cannot do this'
    case 'conflict':
      return `Something else in Coolify has it${said}`
    case 'rate_limited':
      return 'Coolify has been asked too often'
    case 'queue_full':
      return 'The list of deployments that wait in Coolify is full'
    case 'server':
      return `Coolify failed (${status})${said}`
    case 'validation':
    case 'network':
    case 'bad_response':
      return `Coolify refuses this (${status})${said}`
  }
}

/** In seconds, or as a date. */
function readRetryAfter(header: string | null): number {
  const seconds = /^\d+$/.test(header?.trim() ?? '')
    ? Number(header)
    : Math.ceil((Date.parse(header ?? '') - Date.now()) / 1000)
  if (Number.isNaN(seconds)) return retryAfterS.default
  return Math.min(Math.max(seconds, retryAfterS.min), retryAfterS.max)
}

/** Three shapes: lists by field, one text by field, or a plain list that names no field. */
function readFields(errors: unknown, plain: (text: string) => string): Record<string, string[]> {
  const parsed = FieldErrors.safeParse(errors)
  if (!parsed.success) return {}
  const entries = Array.isArray(parsed.data) ? [['_', parsed.data] as const] : Object.entries(parsed.data)
  return Object.fromEntries(
    entries
      .slice(0, maxFields)
      .map(([field, messages]) => [
        toPlainLine(plain(field), 100),
        [messages].flat().slice(0, maxMessagesPerField).map(plain),
      ]),
  )
}

function readConflicts(conflicts: unknown, plain: (text: string) => string): CoolifyConflict[] {
  const parsed = z.array(Conflict).safeParse(conflicts)
  return (parsed.data ?? []).slice(0, maxFields).map(({ domain, resource_name: name, message }) => ({
    domain: plain(domain),
    resourceName: plain(name ?? ''),
    message: plain(message),
  }))
}
