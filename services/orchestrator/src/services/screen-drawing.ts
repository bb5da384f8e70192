/** A screen as tmux describes it, and the text that draws it on an empty terminal. */
import type { TerminalSize } from './ssh.ts'

type Place = { x: number; y: number }

export type ScreenState = {
  paneId: string
  size: TerminalSize
  cursor: Place
  isCursorVisible: boolean
  inserts: boolean
  /** Rows are counted from the top of the scroll region. */
  hasOrigin: boolean
  wraps: boolean
  /** First and last row. */
  scrollRegion: { upper: number; lower: number }
  /** With colours, from the top. */
  rows: string[]
  /** What a full-screen program has put aside; null when there is none. */
  saved: { rows: string[]; cursor: Place } | null
  /** The beginning of an escape sequence, as `pane-text.ts` reads it. */
  pending: string
}

/** Everything back to the start; letters that tmux writes for lines and boxes, between SO and SI, are DEC graphics. */
const begin = '\x1bc\x1b)0'
/** A row that is too long for the screen is cut instead of pushing the others. */
const withoutWrap = '\x1b[?7l'
const plain = '\x1b[0m\x0f'

/**
 * Without what tmux does not tell: colours for the next character, tab stops, a second character set. Programs set
 * these before they need them. `pending` is not a part of it.
 */
export function drawScreen(screen: ScreenState): string {
  const { saved, cursor, scrollRegion, size } = screen
  const region = scrollRegion.upper > 0 || scrollRegion.lower < size.rows - 1
  return [
    begin,
    withoutWrap,
    ...(saved === null ? [] : [drawRows(saved.rows, size), plain, moveTo(saved.cursor), '\x1b[?1049h']),
    drawRows(screen.rows, size),
    plain,
    screen.wraps ? '\x1b[?7h' : '',
    region ? `\x1b[${scrollRegion.upper + 1};${scrollRegion.lower + 1}r` : '',
    screen.inserts ? '\x1b[4h' : '',
    screen.hasOrigin ? '\x1b[?6h' : '',
    moveTo({ x: cursor.x, y: screen.hasOrigin ? cursor.y - scrollRegion.upper : cursor.y }),
    screen.isCursorVisible ? '' : '\x1b[?25l',
  ].join('')
}

function drawRows(rows: readonly string[], size: TerminalSize): string {
  const seen = rows.slice(0, size.rows)
  return seen.map((row, index) => `${moveTo({ x: 0, y: index })}${row}`).join('')
}

function moveTo({ x, y }: Place): string {
  return `\x1b[${y + 1};${x + 1}H`
}
