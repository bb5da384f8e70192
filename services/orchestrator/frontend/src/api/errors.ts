/** What can go wrong between this page and the server. Everything asks for `code`; the words are for people only. */
import type { ErrorCode, FieldError, Problem } from '@craftastic/contract'

/** The server's codes, and two that only a client can see. */
export type ApiErrorCode = ErrorCode | 'server_unreachable' | 'unexpected_answer'

interface ApiErrorParts {
  code: ApiErrorCode
  status: number
  message: string
  requestId?: string
  retryAfterSeconds?: number
  fields?: FieldError[]
}

export class ApiError extends Error {
  readonly code: ApiErrorCode
  /** 0 when there was no answer. */
  readonly status: number
  readonly requestId: string | null
  readonly retryAfterSeconds: number | null
  readonly fields: readonly FieldError[]

  constructor(parts: ApiErrorParts) {
    super(parts.message)
    this.name = 'ApiError'
    this.code = parts.code
    this.status = parts.status
    this.requestId = parts.requestId ?? null
    this.retryAfterSeconds = parts.retryAfterSeconds ?? null
    this.fields = parts.fields ?? []
  }
}

export function problemToError(problem: Problem, retryAfterSeconds: number | undefined): ApiError {
  return new ApiError({
    code: problem.code,
    status: problem.status,
    message: problem.detail,
    requestId: problem.requestId,
    retryAfterSeconds,
    fields: problem.errors,
  })
}

export function hasCode(error: unknown, ...codes: ApiErrorCode[]): boolean {
  return error instanceof ApiError && codes.includes(error.code)
}

const titles: Partial<Record<ApiErrorCode, string>> = {
  server_unreachable: 'The server does not answer',
  unexpected_answer: 'The server answered something unexpected',
  internal: 'The server ran into a problem',
  not_found: 'Not found',
  rate_limited: 'Too many requests',
  database_unavailable: 'The database is not available',
  engine_unavailable: 'The container engine is not available',
  shutting_down: 'The server is restarting',
  environment_not_running: 'The environment is not running',
  environment_busy: 'The environment is busy',
  environment_unreachable: 'The environment does not answer',
  quota_exceeded: 'Your limit is reached',
  queue_full: 'Too much is waiting already',
  disk_full: 'There is too little disk space left',
  operation_not_cancellable: 'This cannot be cancelled any more',
  request_in_progress: 'The same request is still under way',
  idempotency_key_reused: 'The request was repeated with other content',
  no_repository: 'There is no repository here',
  nothing_to_commit: 'There is nothing to commit',
  non_fast_forward: 'The remote has commits that are not here yet',
  git_conflict: 'There are conflicts',
  git_refused: 'Git refused this',
  branch_in_use: 'The branch is in use',
  git_credentials_required: 'The Git host asks for a token',
  deploy_key_required: 'The Git host does not accept the deploy key',
  git_remote_failed: 'The remote repository did not take it',
  commits_not_pushed: 'There are commits that are not pushed',
  branch_differs: 'The application builds something else',
  application_not_of_environment: 'This application has another repository',
  deployment_waiting: 'A deployment is waiting already',
  deployment_ended: 'The deployment has ended already',
  share_refused: 'It was not shared',
  deployment_refused: 'Coolify refused this',
  deployment_not_configured: 'No Coolify is connected',
  coolify_unavailable: 'Coolify does not answer',
  coolify_refused: 'Coolify refused the token of this server',
}

/** What Chromium, Firefox and Safari say when code that a page loads later does not come. */
const missingCode = /dynamically imported module|importing a module script failed/i

/** Whether code that a page needs did not come: the connection broke, or the server was updated meanwhile. */
export function isMissingCode(error: unknown): boolean {
  return error instanceof TypeError && missingCode.test(error.message)
}

/** A failure in words: what happened, and what the server says to do next. */
export function describeError(error: unknown): { title: string; detail: string | null } {
  if (isMissingCode(error)) {
    const detail = 'The connection broke, or the server was updated meanwhile.'
    return { title: 'A part of this page could not be loaded', detail }
  }
  if (!(error instanceof ApiError)) return { title: 'Something went wrong on this page', detail: null }
  const title = titles[error.code]
  if (title === undefined) return { title: error.message, detail: null }
  return {
    title,
    detail: error.code === 'server_unreachable' ? 'Check your connection, then try again.' : error.message,
  }
}

/** The same in one paragraph, for where there is no room for a title. */
export function describeErrorInline(error: unknown): string {
  const { title, detail } = describeError(error)
  return detail ? `${title}. ${detail}` : title
}
