/** How this person likes terminals; remembered by the browser. */
import { z } from 'zod'
import type { Choice } from './stored'

export const smallestFontPx = 10
export const largestFontPx = 24

export const fontSizeChoice: Choice<number> = {
  key: 'terminal.fontSize',
  schema: z.int().min(smallestFontPx).max(largestFontPx),
  fallback: 14,
}

/** Follows the app's light or dark. */
export const schemeOfApp = 'app'

/** Id of a scheme, or `app`. One that is no longer known follows the app, too. */
export const schemeChoice: Choice<string> = {
  key: 'terminal.scheme',
  schema: z.string().max(40),
  fallback: schemeOfApp,
}

export const screenReaderChoice: Choice<boolean> = {
  key: 'terminal.screenReader',
  schema: z.boolean(),
  fallback: false,
}

/** Off at first: a selection made to read something would take the clipboard from what was copied elsewhere. */
export const copyOnSelectChoice: Choice<boolean> = {
  key: 'terminal.copyOnSelect',
  schema: z.boolean(),
  fallback: false,
}

/**
 * Off at first: shells and editors of today bracket what is pasted, so that nothing runs by itself, and tmux does not
 * tell which program does not. Asked at every paste of several lines, people learn to confirm without reading.
 */
export const askBeforePasteChoice: Choice<boolean> = {
  key: 'terminal.askBeforePaste',
  schema: z.boolean(),
  fallback: false,
}
