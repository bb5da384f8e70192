/**
 * What is wrong with a field, as a sentence. The contract's own messages are fragments such as "must start with
 * https://"; `fragment` gives the schema library's standard ones the same form, `complete` puts the field's name before.
 */
import type { z } from 'zod'

/** For the `error` option of a parse. Answers undefined where the schema has words of its own. */
export function fragment(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return 'is missing'
    case 'too_small':
      return Number(issue.minimum) <= 1 ? 'is missing' : `needs at least ${issue.minimum} characters`
    case 'too_big':
      return `may have at most ${issue.maximum} characters`
    case 'invalid_format':
      return issue.format === 'email' ? 'is not an email address' : undefined
    default:
      return undefined
  }
}

export function complete(label: string, message: string | undefined): string | null {
  if (message === undefined || message === '') return null
  return /^[a-z]/.test(message) ? `${label} ${message}.` : message
}
