/**
 * What all calls to one Coolify share: its address and token, the pause that it asks for, and the refusal of its token.
 */
import type { z } from 'zod'
import { CoolifyError } from './coolify-error.ts'
import { readRefusal } from './coolify-refusals.ts'
import { createRedactor, type Redact } from './coolify-text.ts'
import { callCoolify, type CoolifyCall } from './coolify-transport.ts'

export type CoolifyTiming = {
  /** How long an answer may take. */
  requestMs: number
  /** How long it may take where Coolify works on the server before it answers. */
  remoteRequestMs: number
  /** A cancel stops containers before it answers. */
  cancelMs: number
  /** How long nothing is asked after the token was refused. Coolify counts refused requests, 30 in a minute. */
  refusedMs: number
  /** When to look for a deployment whose answer got lost, each after the one before: it may still be on its way. */
  lookAgainMs: readonly number[]
}

const defaultTiming: CoolifyTiming = {
  requestMs: 10_000,
  remoteRequestMs: 30_000,
  cancelMs: 60_000,
  refusedMs: 60_000,
  lookAgainMs: [0, 2_000, 5_000],
}

export type CoolifyOptions = {
  /** Of the API, with `/api/v1`. */
  url: string
  token: string
  /** What must not appear in texts that come from Coolify, besides the token. */
  secrets?: readonly string[]
  timing?: Partial<CoolifyTiming>
}

export type CoolifyConnection = {
  readonly url: URL
  readonly timing: CoolifyTiming
  readonly redact: Redact
  /** Checks the answer and projects it. `date` is Coolify's clock in whole seconds. */
  ask<T>(call: ConnectionCall, Answer: z.ZodType<T>): Promise<{ value: T; date: Date | null }>
  /** The same for an answer that is plain text. */
  askText(call: ConnectionCall): Promise<string>
  /** Changes something; of the answer only counts that it is 2xx. */
  send(call: Omit<ConnectionCall, 'method'> & { method: 'POST' | 'PATCH' }): Promise<void>
}

export type ConnectionCall = Omit<CoolifyCall, 'timeoutMs'> & { timeoutMs?: number }

export function createCoolifyConnection(options: CoolifyOptions): CoolifyConnection {
  const timing = { ...defaultTiming, ...options.timing }
  // The part behind the bar is the secret; in front of it stands the number of the token.
  const secret = options.token.slice(options.token.indexOf('|') + 1)
  const redact = createRedactor([options.token, secret, ...(options.secrets ?? [])])
  let hold: { until: number; error: CoolifyError } | null = null

  const call = async (given: ConnectionCall) => {
    requireNoHold()
    const answer = await callCoolify(options.url, options.token, { timeoutMs: timing.requestMs, ...given })
    if (answer.status >= 200 && answer.status < 300) return answer
    const error = readRefusal(answer, given.method !== 'GET', redact)
    if (error.code === 'rate_limited') holdFor((error.retryAfterS ?? 1) * 1000, error)
    if (error.refusesAll) holdFor(timing.refusedMs, error)
    throw error
  }

  const holdFor = (ms: number, error: CoolifyError) => {
    hold = { until: Date.now() + ms, error }
  }

  const requireNoHold = () => {
    if (hold === null) return
    const leftMs = hold.until - Date.now()
    if (leftMs <= 0) {
      hold = null
      return
    }
    const { code, message, status } = hold.error
    const retryAfterS = code === 'rate_limited' ? { retryAfterS: Math.ceil(leftMs / 1000) } : {}
    throw new CoolifyError(code, message, { status, refusesAll: hold.error.refusesAll, ...retryAfterS })
  }

  return {
    url: new URL(options.url),
    timing,
    redact,
    async ask(given, Answer) {
      const { body, date, status } = await call(given)
      const parsed = Answer.safeParse(parseJson(body))
      if (parsed.success) return { value: parsed.data, date }
      const outcomeUnknown = given.method !== 'GET'
      // Zod's words hold parts of what was sent: neither the message nor the cause may have them.
      const where = parsed.error.issues[0]?.path.map(String).join('.').slice(0, 100) ?? ''
      throw new CoolifyError('bad_response', `Coolify's answer has another form${where && ` (${where})`}`, {
        status,
        outcomeUnknown,
      })
    },
    askText: async (given) => (await call(given)).body,
    send: async (given) => void (await call(given)),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
