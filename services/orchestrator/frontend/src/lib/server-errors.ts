/** Puts what the server refused beside the field it refused. */
import type { FieldValues, Path, UseFormSetError } from 'react-hook-form'
import { ApiError, type ApiErrorCode } from '@/api/errors'

/**
 * Answers true when every complaint found its field; otherwise the form shows the error as a whole. `byCode` names the
 * field of a code that is about one field.
 */
export function showFieldErrors<Form extends FieldValues>(
  error: unknown,
  fields: readonly Path<Form>[],
  byCode: Partial<Record<ApiErrorCode, Path<Form>>>,
  setError: UseFormSetError<Form>,
): boolean {
  if (!(error instanceof ApiError)) return false
  const named = byCode[error.code]
  if (named !== undefined) {
    setError(named, { message: error.message }, { shouldFocus: true })
    return true
  }
  const placed = error.fields.filter(({ pointer, detail }) => {
    const field = fields.find((name) => pointer === `/${name}`)
    if (field !== undefined) setError(field, { message: detail }, { shouldFocus: true })
    return field !== undefined
  })
  return placed.length > 0 && placed.length === error.fields.length
}
