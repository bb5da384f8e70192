/**
 * Which characters share a cell, and how wide it is, by the rules of tmux 3.5a (`screen_write_combine`). tmux writes whole
 * cells one after the other and trusts the terminal to come to the same columns; where it does not, everything to the
 * right of an emoji lies beside its place.
 */
import type { IUnicodeVersionProvider } from '@xterm/xterm'
import { doubleWidths, zeroWidths } from './terminal-width-table'

type Width = 0 | 1 | 2

/** tmux keeps so many bytes for a cell; what does not fit begins the next one. */
const maxCellBytes = 21

const joiner = 0x200d
/** The selector that asks for the emoji, which is wide, instead of the sign. */
const emojiSelector = 0xfe0f
const isSkinTone = (codePoint: number) => codePoint >= 0x1f3fb && codePoint <= 0x1f3ff
/** Two of them are a flag. */
const isRegional = (codePoint: number) => codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff

function readRanges(text: string): [first: number, last: number][] {
  return text
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [first = 0, last = first] = range.split('-').map((end) => parseInt(end, 16))
      return [first, last]
    })
}

const planeEnd = 0x20000

/** The first two planes in a table, the rest, which is nearly all alike, as ranges. */
function readTable() {
  const table = new Uint8Array(planeEnd).fill(1)
  const beyond: [first: number, last: number, width: Width][] = []
  const widths: [string, Width][] = [
    [zeroWidths, 0],
    [doubleWidths, 2],
  ]
  for (const [text, width] of widths) {
    for (const [first, last] of readRanges(text)) {
      if (first < planeEnd) table.fill(width, first, last + 1)
      else beyond.push([first, last, width])
    }
  }
  return { table, beyond }
}

/** What is known of the cell before the cursor, in the number that xterm.js carries along: 1 bit joins, 2 bits width. */
const cellOf = (properties: number) => ({
  width: ((properties >> 1) & 3) as Width,
  bytes: (properties >> 3) & 31,
  endsWithJoiner: (properties & 256) !== 0,
  isFlag: (properties & 512) !== 0,
})

export class TmuxWidths implements IUnicodeVersionProvider {
  readonly version = 'tmux'
  readonly #table: Uint8Array
  readonly #beyond: readonly (readonly [first: number, last: number, width: Width])[]

  constructor() {
    const { table, beyond } = readTable()
    this.#table = table
    this.#beyond = beyond
  }

  wcwidth(codePoint: number): Width {
    if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)) return 0
    if (codePoint < planeEnd) return (this.#table[codePoint] ?? 1) as Width
    return this.#beyond.find(([first, last]) => codePoint >= first && codePoint <= last)?.[2] ?? 1
  }

  charProperties(codePoint: number, preceding: number): number {
    const own = this.wcwidth(codePoint)
    if (codePoint < 0x80) return (1 << 3) | (own << 1)
    const size = codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4
    const before = cellOf(preceding)
    const joins = before.bytes > 0 && before.bytes + size <= maxCellBytes && combines(codePoint, own, before)
    const widens = codePoint === emojiSelector || isSkinTone(codePoint)
    const width = joins && !widens ? before.width : joins ? 2 : own
    const bytes = joins ? before.bytes + size : size
    const isFlag = isRegional(codePoint) || (joins && before.isFlag)
    return (isFlag ? 512 : 0) | (codePoint === joiner ? 256 : 0) | (bytes << 3) | (width << 1) | (joins ? 1 : 0)
  }
}

function combines(codePoint: number, width: Width, before: ReturnType<typeof cellOf>): boolean {
  if (width === 0 || before.endsWithJoiner) return true
  if (isSkinTone(codePoint)) return before.bytes > 1
  return isRegional(codePoint) && before.isFlag
}
