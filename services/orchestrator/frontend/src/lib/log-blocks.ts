/**
 * A log in blocks of lines. A block that is full never changes, so that what is added to a log of ten thousand lines
 * draws one block and not all of them.
 */

const blockLines = 200

/** `key` is the same for the same lines. */
export interface LogBlock<Line> {
  key: number
  lines: readonly Line[]
}

export function cutBlocks<Line extends { sequence: number }>(lines: readonly Line[]): LogBlock<Line>[] {
  const blocks: LogBlock<Line>[] = []
  for (let start = 0; start < lines.length; start += blockLines) {
    const block = lines.slice(start, start + blockLines)
    blocks.push({ key: block[0]?.sequence ?? 0, lines: block })
  }
  return blocks
}

/** Whether two cuts hold the same lines: numbers are never given to other lines. */
export function isSameBlock<Line extends { sequence: number }>(one: readonly Line[], other: readonly Line[]): boolean {
  return (
    one.length === other.length &&
    one[0]?.sequence === other[0]?.sequence &&
    one.at(-1)?.sequence === other.at(-1)?.sequence
  )
}
