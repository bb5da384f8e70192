/** The one error body there is: RFC 9457 problem+json. */
import type { ErrorCode, FieldError, Problem } from '@craftastic/contract'
import type { AppError } from '../lib/errors.ts'

export const problemMediaType = 'application/problem+json'

/** What each code means, whatever the request was. */
const titles: Record<ErrorCode, string> = {
  malformed_request: 'The request cannot be read',
  validation_failed: 'The request is not valid',
  not_signed_in: 'Not signed in',
  wrong_credentials: 'Wrong credentials',
  origin_not_allowed: 'Origin not allowed',
  not_allowed: 'Not allowed',
  wrong_setup_token: 'Wrong set-up token',
  git_credentials_required: 'Git credentials required',
  deploy_key_required: 'Deploy key required',
  not_found: 'Not found',
  name_taken: 'Name taken',
  email_taken: 'E-mail address taken',
  environment_not_running: 'Environment not running',
  environment_busy: 'Environment busy',
  quota_exceeded: 'Quota exceeded',
  operation_not_cancellable: 'Operation cannot be cancelled',
  operation_failed: 'Operation failed',
  request_in_progress: 'Request in progress',
  last_admin: 'Last admin',
  body_too_large: 'Body too large',
  unsupported_media_type: 'Unsupported media type',
  no_repository: 'No repository',
  nothing_to_commit: 'Nothing to commit',
  non_fast_forward: 'Not a fast-forward',
  git_conflict: 'Conflicts',
  git_refused: 'Refused by git',
  branch_in_use: 'The branch is in use',
  git_remote_failed: 'The remote failed',
  commits_not_pushed: 'Commits not pushed',
  branch_differs: 'The application builds something else',
  application_not_of_environment: 'Not an application of this environment',
  deployment_waiting: 'A deployment is waiting',
  deployment_ended: 'Deployment has ended',
  deployment_refused: 'Refused by Coolify',
  share_refused: 'Cannot be shared with this person',
  deployment_not_configured: 'No Coolify configured',
  coolify_unavailable: 'Coolify unavailable',
  coolify_refused: 'Coolify refused the token',
  repository_refused: 'Repository refused',
  git_host_refused: 'Git host refused',
  image_refused: 'Image refused',
  directory_missing: 'Directory missing',
  idempotency_key_reused: 'Idempotency key reused',
  rate_limited: 'Too many requests',
  queue_full: 'Queue full',
  internal: 'Internal error',
  github_not_configured: 'GitHub not configured',
  environment_unreachable: 'Environment unreachable',
  github_unavailable: 'GitHub unavailable',
  database_unavailable: 'Database unavailable',
  engine_unavailable: 'Container engine unavailable',
  shutting_down: 'Shutting down',
  disk_full: 'Disk full',
}

export interface ProblemParts {
  code: ErrorCode
  status: number
  detail: string
  errors?: FieldError[] | undefined
}

/** @param instance Path of the request, without its query. */
export function createProblem(parts: ProblemParts, instance: string, requestId: string): Problem {
  const { code, status, detail, errors } = parts
  return {
    type: `urn:craftastic:problem:${code}`,
    title: titles[code],
    status,
    detail,
    instance,
    code,
    requestId,
    ...(errors === undefined ? {} : { errors }),
  }
}

export function describeAppError(error: AppError): ProblemParts {
  return { code: error.code, status: error.status, detail: error.message, errors: error.errors }
}

/** Where the real cause is in the log beside the request's id. */
export const internalProblem: ProblemParts = {
  code: 'internal',
  status: 500,
  detail: 'The server ran into a problem of its own. It is in the log under the id of this request.',
}
