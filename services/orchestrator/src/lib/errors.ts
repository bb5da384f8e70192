/**
 * The one error class for everything a caller can be told. Its code fixes the HTTP status; its detail names what was
 * sent and what to do next. Anything else that is thrown is a defect and answers a fixed 500.
 */
import { errorStatus, type ErrorCode, type FieldError } from '@craftastic/contract'

export interface AppErrorOptions {
  errors?: FieldError[]
  /** Answered as the `Retry-After` header. */
  retryAfterSeconds?: number
  /** Goes to the log, never to the caller. */
  cause?: unknown
}

export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly status: number
  readonly errors: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, detail: string, options: AppErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.status = errorStatus[code]
    this.errors = options.errors
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}
