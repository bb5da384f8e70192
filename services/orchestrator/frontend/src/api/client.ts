/**
 * The only place that calls fetch for the API. Every answer passes the contract's schema; every failure is an ApiError.
 * An expired sign-in is renewed once and the request repeated; a request that was refused for it has had no effect.
 */
import { Problem, type ErrorCode } from '@craftastic/contract'
import { z } from 'zod'
import { ApiError, hasCode, problemToError } from './errors'
import { renewSignIn } from './sign-in'

/** The schema of an answer without a body. */
export const NoContent = z.undefined()

interface RequestOptions<Answer> {
  answer: z.ZodType<Answer>
  body?: unknown
  signal?: AbortSignal
  /** The answer is text, even where it could be read as JSON. */
  text?: boolean
  /** For the routes that are about signing in: 401 is their answer, not a reason to renew. */
  anonymous?: boolean
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

let signedOutListener: () => void = () => undefined

/** Registers what happens when the sign-in is over and cannot be renewed. */
export function onSignedOut(listener: () => void): void {
  signedOutListener = listener
}

export async function request<Answer>(method: Method, path: string, options: RequestOptions<Answer>): Promise<Answer> {
  const askedAtMs = Date.now()
  const idempotencyKey = method === 'POST' && !options.anonymous ? newIdempotencyKey() : null
  const ask = () => requestOnce(method, path, options, idempotencyKey)
  try {
    return await ask()
  } catch (error) {
    if (options.anonymous || !hasCode(error, 'not_signed_in')) throw error
    if (await renewSignIn(askedAtMs)) return askAgain(ask)
    signedOutListener()
    throw error
  }
}

async function askAgain<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    if (hasCode(error, 'not_signed_in')) signedOutListener()
    throw error
  }
}

/** One for each wish: a repeat carries the same, so that it has one effect. Pages without TLS have no randomUUID(). */
function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function requestOnce<Answer>(
  method: Method,
  path: string,
  options: RequestOptions<Answer>,
  idempotencyKey: string | null,
): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' })
  if (idempotencyKey !== null) headers.set('idempotency-key', idempotencyKey)
  const init: RequestInit = { method, headers }
  if (options.signal) init.signal = options.signal
  if (options.body !== undefined) {
    headers.set('content-type', 'application/json')
    init.body = JSON.stringify(options.body)
  }
  let response: Response
  let body: unknown
  try {
    response = await fetch(path, init)
    body = await readBody(response, options.text === true && response.ok)
  } catch (error) {
    // An aborted query is no failure: TanStack Query expects its own abort back.
    if (options.signal?.aborted) throw error
    throw new ApiError({ code: 'server_unreachable', status: 0, message: 'The server does not answer.' })
  }
  if (!response.ok) throw readProblem(response, body)
  const parsed = options.answer.safeParse(body)
  if (!parsed.success) {
    console.error(`${method} ${path} answered outside the contract`, parsed.error.issues)
    throw new ApiError({
      code: 'unexpected_answer',
      status: response.status,
      message: 'Reload the page and try again.',
    })
  }
  return parsed.data
}

async function readBody(response: Response, asText: boolean): Promise<unknown> {
  const text = await response.text()
  if (asText) return text
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readProblem(response: Response, body: unknown): ApiError {
  const header = Number(response.headers.get('retry-after'))
  const retryAfterSeconds = Number.isFinite(header) && header > 0 ? header : undefined
  const problem = Problem.safeParse(body)
  if (problem.success) return problemToError(problem.data, retryAfterSeconds)
  const { status } = response
  return new ApiError({
    code: status === 502 || status === 503 || status === 504 ? 'server_unreachable' : 'unexpected_answer',
    status,
    message: `The server answered ${status}.`,
    retryAfterSeconds,
  })
}

/** Failures that may pass by themselves, so that a read is worth another try. */
export function mayPass(error: unknown): boolean {
  const passing: ErrorCode[] = [
    'database_unavailable',
    'engine_unavailable',
    'shutting_down',
    'environment_unreachable',
  ]
  return hasCode(error, 'server_unreachable', ...passing)
}
