/**
 * The log of a deployment. Coolify keeps it as one JSON text that every answer holds whole: entries that may be hidden,
 * out of order, without an order at all, or missing because of how its builder appends to them.
 */
import { z } from 'zod'
import { toPlainText, type Redact } from './coolify-text.ts'

export type CoolifyLogLine = {
  /** Untrusted. May hold several lines. Empty lines are kept. */
  text: string
  stream: 'stdout' | 'stderr'
  /** ISO 8601; null when Coolify does not say. */
  at: string | null
}

export type CoolifyLogs =
  /** Coolify leaves the log out: the token lacks `read:sensitive`. */
  | { kind: 'withheld' }
  /** `isComplete` is false when there was something that could not be read. */
  | { kind: 'lines'; lines: CoolifyLogLine[]; isComplete: boolean }

const Entry = z.object({
  output: z.string().nullish(),
  type: z.string().nullish(),
  timestamp: z.string().nullish(),
  hidden: z.boolean().nullish(),
  order: z.number().nullish(),
})

/** @param logs The field as it came: undefined, null, a JSON text, or in some versions the array itself. */
export function readCoolifyLogs(logs: unknown, redact: Redact): CoolifyLogs {
  if (logs === undefined) return { kind: 'withheld' }
  if (logs === null || logs === '') return { kind: 'lines', lines: [], isComplete: true }
  const entries = typeof logs === 'string' ? parseJson(logs) : logs
  if (!Array.isArray(entries)) return { kind: 'lines', lines: [], isComplete: false }
  const read = entries.flatMap((entry: unknown) => {
    const parsed = Entry.safeParse(entry)
    return parsed.success ? [parsed.data] : []
  })
  let order = 0
  const lines = read
    // The number is of the whole log, whatever the batch is. A first entry has none; others belong behind the one before.
    .map((entry) => ({ ...entry, order: (order = entry.order ?? order) }))
    .sort((one, other) => one.order - other.order)
    // Hidden entries hold raw commands, with secrets in them.
    .filter(({ hidden }) => hidden !== true)
    .map(({ output, type, timestamp }): CoolifyLogLine => ({
      text: redact(toPlainText(output ?? '')),
      stream: type === 'stderr' ? 'stderr' : 'stdout',
      at: readTime(timestamp),
    }))
  return { kind: 'lines', lines, isComplete: read.length === entries.length }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function readTime(timestamp: string | null | undefined): string | null {
  const time = new Date(timestamp ?? Number.NaN)
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
