/** Text that comes from Coolify, a build or whoever wrote the code that was built: bounded and plain before it is kept. */
import { stripVTControlCharacters } from 'node:util'

/** What stands where a secret stood. */
const redacted = '[redacted]'
/** Shorter ones would take ordinary words with them. */
const minSecretLength = 6

export type Redact = (text: string) => string

/**
 * Takes our own secrets out of a text: Coolify redacts Git tokens and locked variables, and nothing else.
 * @param secrets Those of fewer than 6 characters are left alone.
 */
export function createRedactor(secrets: Iterable<string>): Redact {
  // The longest first: a secret may be part of another one.
  const parts = [...new Set(secrets)]
    .filter((secret) => secret.length >= minSecretLength)
    .sort((one, other) => other.length - one.length)
  return (text) => parts.reduce((rest, secret) => rest.replaceAll(secret, redacted), text)
}

/** One line for a message: no control or format characters, at most `maxLength` characters. */
export function toPlainLine(text: string, maxLength: number): string {
  const line = text
    // Before the expensive part: what is cut off would not be shown anyway.
    .slice(0, maxLength * 4)
    .replace(/\p{C}+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  if (line.length <= maxLength) return line
  // Half of a character, as the cut may leave it, PostgreSQL keeps in no JSON.
  const start = line.slice(0, maxLength - 1).replace(/\p{Cs}$/u, '')
  return `${start.trimEnd()}…`
}

/** Lines of output without colours, other escape sequences and control characters. PostgreSQL cannot keep all of them. */
export function toPlainText(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .toWellFormed()
}
