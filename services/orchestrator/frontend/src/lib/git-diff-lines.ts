/** Hunks in the shape that the diff component draws. */
import type { ChangeData, HunkData } from 'react-diff-view'
import type { DiffHunk } from './git-diff'

/** Control characters as pictures (U+2400…), which stand for themselves and nothing is hidden. Tabs stay. */
function showContent(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, (character) => String.fromCharCode(0x2400 + character.charCodeAt(0)))
    .replaceAll('\u007f', '\u2421')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** A CR at the end of every line is how the file ends its lines, and no news. */
export function endsWithCr(hunks: readonly DiffHunk[]): boolean {
  return hunks.every(({ lines }) => lines.every((line) => line.startsWith('\\') || line.endsWith('\r')))
}

/** `side by side` puts each line beside the one that replaced it. */
export function toHunkData(hunk: DiffHunk, options: { hideCr: boolean; sideBySide: boolean }): HunkData {
  const { oldStart, newStart, oldLines, newLines, header } = hunk
  let oldLine = oldLines === 0 ? oldStart + 1 : oldStart
  let newLine = newLines === 0 ? newStart + 1 : newStart
  const changes = hunk.lines.flatMap((line): ChangeData[] => {
    const content = showContent(options.hideCr ? line.slice(1).replace(/\r$/, '') : line.slice(1))
    if (line.startsWith('\\')) return []
    if (line.startsWith('+')) return [{ type: 'insert', isInsert: true, lineNumber: newLine++, content }]
    if (line.startsWith('-')) return [{ type: 'delete', isDelete: true, lineNumber: oldLine++, content }]
    return [{ type: 'normal', isNormal: true, oldLineNumber: oldLine++, newLineNumber: newLine++, content }]
  })
  const ordered = options.sideBySide ? pairUp(changes) : changes
  return { content: header, oldStart, newStart, oldLines, newLines, changes: ordered }
}

/** The component sets a deleted line beside an inserted one only where that follows at once. */
function pairUp(changes: readonly ChangeData[]): ChangeData[] {
  const paired: ChangeData[] = []
  let deleted: ChangeData[] = []
  let inserted: ChangeData[] = []
  const flush = () => {
    for (let at = 0; at < Math.max(deleted.length, inserted.length); at += 1) {
      paired.push(...deleted.slice(at, at + 1), ...inserted.slice(at, at + 1))
    }
    deleted = []
    inserted = []
  }
  for (const change of changes) {
    if (change.type === 'delete') {
      if (inserted.length > 0) flush()
      deleted.push(change)
    } else if (change.type === 'insert') inserted.push(change)
    else {
      flush()
      paired.push(change)
    }
  }
  flush()
  return paired
}

/** Which side of the hunk ends the file without a newline, in words; null where both have one. */
export function missingNewline({ lines }: DiffHunk): string | null {
  const signs = lines.flatMap((line, at) => (line.startsWith('\\') ? [lines[at - 1]?.[0]] : []))
  if (signs.length === 0) return null
  const [old, now] = [signs.includes('-'), signs.includes('+')]
  if (old && !now) return 'A newline was added at the end of the file'
  if (now && !old) return 'No newline at the end of the file any more'
  return 'No newline at the end of the file'
}

/** What of a diff is drawn without being asked for: more lines than that take the browser a noticeable time. */
export const drawnAtOnce = { lines: 3000, lineLength: 5000 }
/** More than that no page of a browser is made for. */
export const mostLines = 30_000

export function measureDiff(hunks: readonly DiffHunk[]): { lines: number; longest: number } {
  let lines = 0
  let longest = 0
  for (const hunk of hunks) {
    lines += hunk.lines.length
    for (const line of hunk.lines) longest = Math.max(longest, line.length)
  }
  return { lines, longest }
}
