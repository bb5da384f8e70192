import { z } from 'zod'

/** `text=false` asks only whose the screen is, which costs next to nothing. */
export const SessionHistoryQuery = z.object({ text: z.enum(['true', 'false']).default('true') })
export type SessionHistoryQuery = z.infer<typeof SessionHistoryQuery>

/** What a session's terminal holds, from its oldest line to the bottom of its screen. */
export const SessionHistory = z
  .object({
    /** A full-screen program has the screen. That screen has no history, so `text` is empty. */
    alternateScreen: z.boolean(),
    /** Lines, each ended by a newline, coloured by SGR sequences. A line that the terminal wrapped is one line. */
    text: z.string(),
    /** The oldest lines were left out, because all together are more than 16 MiB. */
    truncated: z.boolean(),
    /** How many lines, as wide as the terminal, are kept at the most. */
    keptLines: z.int().min(0),
    /** That many were reached: older ones are gone, or about to go. */
    full: z.boolean(),
  })
  .meta({ id: 'SessionHistory' })
export type SessionHistory = z.infer<typeof SessionHistory>
