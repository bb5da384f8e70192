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

export const screenReaderChoice: Choice<boolean> = {
  key: 'terminal.screenReader',
  schema: z.boolean(),
  fallback: false,
}
