/**
 * The closed list of error codes, each with its HTTP status: written once, here.
 * Clients match on `code`, never on text. The server's `AppError` carries one of these.
 */
import { z } from 'zod'

export const errorStatus = {
  malformed_request: 400,
  validation_failed: 400,
  not_signed_in: 401,
  wrong_credentials: 401,
  origin_not_allowed: 403,
  not_allowed: 403,
  wrong_setup_token: 403,
  git_credentials_required: 403,
  deploy_key_required: 403,
  not_found: 404,
  name_taken: 409,
  email_taken: 409,
  environment_not_running: 409,
  environment_busy: 409,
  quota_exceeded: 409,
  operation_not_cancellable: 409,
  operation_failed: 409,
  request_in_progress: 409,
  last_admin: 409,
  no_repository: 409,
  nothing_to_commit: 409,
  non_fast_forward: 409,
  git_conflict: 409,
  git_refused: 409,
  branch_in_use: 409,
  commits_not_pushed: 409,
  branch_differs: 409,
  application_not_of_environment: 409,
  deployment_waiting: 409,
  deployment_ended: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  repository_refused: 422,
  git_host_refused: 422,
  image_refused: 422,
  directory_missing: 422,
  deployment_refused: 422,
  share_refused: 422,
  idempotency_key_reused: 422,
  rate_limited: 429,
  queue_full: 429,
  internal: 500,
  github_not_configured: 501,
  deployment_not_configured: 501,
  environment_unreachable: 502,
  github_unavailable: 502,
  git_remote_failed: 502,
  coolify_unavailable: 502,
  coolify_refused: 502,
  database_unavailable: 503,
  engine_unavailable: 503,
  shutting_down: 503,
  disk_full: 507,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof errorStatus

const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]

/** One field that was refused: where it is in the request and why. */
export const FieldError = z.object({
  /** JSON pointer into the request part, such as `/name`. */
  pointer: z.string(),
  detail: z.string(),
})
export type FieldError = z.infer<typeof FieldError>

/** RFC 9457 `application/problem+json`, the only error body there is. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** Names what was sent and what to do next. */
    detail: z.string(),
    /** Path of the request. */
    instance: z.string(),
    code: z.enum(errorCodes),
    /** Appears in the server's log beside the cause. */
    requestId: z.string(),
    errors: z.array(FieldError).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>
