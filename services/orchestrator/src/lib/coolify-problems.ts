/** What Coolify refused or could not do, as what a caller can be told, and as why a deployment failed. */
import type { DeploymentErrorCode, FieldError } from '@craftastic/contract'
import { CoolifyError } from '../services/coolify-error.ts'
import { AppError } from './errors.ts'

export async function askCoolify<T>(question: Promise<T>): Promise<T> {
  try {
    return await question
  } catch (error) {
    throw toCoolifyProblem(error)
  }
}

function toCoolifyProblem(error: unknown): unknown {
  if (!(error instanceof CoolifyError)) return error
  const { code, message, retryAfterS } = error
  const options = { cause: error, ...(retryAfterS === null ? {} : { retryAfterSeconds: retryAfterS }) }
  switch (code) {
    case 'auth':
    case 'forbidden':
      return new AppError('coolify_refused', describeRefusal(error), options)
    case 'not_found':
      return new AppError('not_found', message, options)
    case 'validation':
    case 'conflict':
    case 'unsupported':
      return new AppError('deployment_refused', message, { ...options, errors: readFieldErrors(error) })
    default: {
      const doubt = error.outcomeUnknown ? ' It may have happened all the same: look before you try again.' : ''
      return new AppError('coolify_unavailable', `${toSentence(message)}${doubt}`, options)
    }
  }
}

/** Whether all of Coolify is out of reach for this token, rather than one thing of it. */
export function isTokenRefused(error: CoolifyError): boolean {
  return error.code === 'auth' || error.code === 'forbidden'
}

export function describeRefusal({ message }: CoolifyError): string {
  return `${toSentence(message)} The token of this server needs the abilities read, read:sensitive, write and deploy; its operator sets it.`
}

/** Coolify's own words end as they like. */
function toSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`
}

/** Why a deployment failed that Coolify did not take, when asking again would not help; null when it may. */
export function readFinalRefusal(error: CoolifyError): { code: DeploymentErrorCode; reason: string } | null {
  if (isTokenRefused(error)) return { code: 'token_refused', reason: describeRefusal(error) }
  if (error.code === 'not_found') {
    return { code: 'application_gone', reason: `The application is not there any more. ${error.message}` }
  }
  if (error.code !== 'validation' && error.code !== 'conflict' && error.code !== 'unsupported') return null
  const details = readFieldErrors(error).map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`)
  return { code: 'refused', reason: [error.message, ...details].join('\n') }
}

function readFieldErrors({ fields, conflicts }: CoolifyError): FieldError[] {
  return [
    ...Object.entries(fields).flatMap(([name, details]) =>
      details.map((detail) => ({ pointer: name === '_' ? '' : `/${name}`, detail })),
    ),
    ...conflicts.map(({ domain, resourceName, message }) => ({
      pointer: `/${domain}`,
      detail: message || `is taken by ${resourceName}`,
    })),
  ]
}
