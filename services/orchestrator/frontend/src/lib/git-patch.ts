/**
 * Patches made of some hunks of a diff, for `git apply`. Git looks for a hunk where the hunks before it would have moved it
 * to; where some are left out, the numbers of the side it is applied to have to stay and those of the other side follow.
 */
import type { DiffFile, DiffHunk } from './git-diff'

/** `forward` makes the change (stage); `reverse` takes it back (unstage, discard). */
export type PatchDirection = 'forward' | 'reverse'

export function makePatch(file: DiffFile, hunks: readonly DiffHunk[], direction: PatchDirection): string {
  let shift = 0
  const text = hunks.flatMap((hunk) => {
    const header = moveHunk(hunk, direction, shift)
    shift += hunk.newLines - hunk.oldLines
    return [header, ...hunk.lines]
  })
  return `${[...headOf(file), ...text].join('\n')}\n`
}

/** The number of the first line; git gives that of the line before where a side has none. */
const firstLine = (start: number, lines: number) => (lines === 0 ? start + 1 : start)
const startOf = (line: number, lines: number) => (lines === 0 ? line - 1 : line)

function moveHunk(hunk: DiffHunk, direction: PatchDirection, shift: number): string {
  const { oldLines, newLines, section } = hunk
  let { oldStart, newStart } = hunk
  if (direction === 'forward') newStart = startOf(firstLine(oldStart, oldLines) + shift, newLines)
  else oldStart = startOf(firstLine(newStart, newLines) - shift, oldLines)
  return `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@${section === '' ? '' : ` ${section}`}`
}

/** A new or deleted file as such; of all others the content alone: neither mode nor name is part of a hunk. */
function headOf({ head, kind }: DiffFile): string[] {
  if (kind === 'add' || kind === 'delete') return head
  const newName = head.find((line) => line.startsWith('+++ '))?.slice('+++ '.length)
  if (newName === undefined) return head
  const oldName = newName.replace(/^("?)b\//, '$1a/')
  // A name with a blank ends with a tab there, which the first line does not have.
  const [oldPlain, newPlain] = [oldName, newName].map((name) => name.replace(/\t$/, ''))
  return [`diff --git ${oldPlain} ${newPlain}`, `--- ${oldName}`, `+++ ${newName}`]
}
