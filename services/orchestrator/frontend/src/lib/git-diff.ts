/**
 * Reads what `git diff` wrote. Lines end with LF only, so that a CR stays part of its line and a patch made of them is what
 * git wrote, to the byte.
 */
export interface DiffHunk {
  /** The line `@@ -1,3 +1,4 @@ …`. */
  header: string
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  /** What git writes after the second `@@`: the function or section that the hunk is in. */
  section: string
  /** With their first character: space, `+`, `-`, or `\` for a missing newline at the end of the file. */
  lines: string[]
}

export type DiffKind = 'add' | 'delete' | 'modify' | 'rename' | 'copy'

export interface DiffFile {
  /** Everything before the first hunk, the line `diff --git` first. */
  head: string[]
  kind: DiffKind
  binary: boolean
  /** `100644 → 100755`, where the mode changed. */
  modeChange: string | null
  hunks: DiffHunk[]
  /** The text ended within a hunk. */
  cut: boolean
}

const hunkPattern = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/s

/** All files of a diff. A combined diff, of a conflict, has files without hunks. */
export function readDiff(text: string): DiffFile[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const files: DiffFile[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    const file = files.at(-1)
    const hunk = hunkPattern.exec(line)
    if (/^diff --(git|cc|combined) /.test(line)) {
      files.push({ head: [line], kind: 'modify', binary: false, modeChange: null, hunks: [], cut: false })
      at += 1
    } else if (hunk && file) {
      const read = readHunk(lines, at, hunk)
      file.hunks.push(read.hunk)
      file.cut = read.cut
      at = read.next
    } else {
      if (file?.hunks.length === 0) file.head.push(line)
      at += 1
    }
  }
  for (const file of files) Object.assign(file, readHead(file.head))
  return files
}

/** By the numbers of its header: a line within may look like the head of another file. */
function readHunk(lines: readonly string[], at: number, [header, ...fields]: RegExpExecArray) {
  const [oldStart, oldLines = '1', newStart, newLines = '1', section = ''] = fields
  const hunk: DiffHunk = {
    header,
    oldStart: Number(oldStart),
    oldLines: Number(oldLines),
    newStart: Number(newStart),
    newLines: Number(newLines),
    section,
    lines: [],
  }
  let { oldLines: oldLeft, newLines: newLeft } = hunk
  let next = at + 1
  while (next < lines.length) {
    const line = lines[next] ?? ''
    const sign = line[0]
    if (oldLeft + newLeft === 0 && sign !== '\\') break
    if (sign !== '\\') {
      if (sign !== '+') oldLeft -= 1
      if (sign !== '-') newLeft -= 1
    }
    hunk.lines.push(line)
    next += 1
  }
  return { hunk, next, cut: oldLeft + newLeft > 0 }
}

function readHead(head: readonly string[]): Pick<DiffFile, 'kind' | 'binary' | 'modeChange'> {
  const after = (start: string) => head.find((line) => line.startsWith(start))?.slice(start.length) ?? null
  const [oldMode, newMode] = [after('old mode '), after('new mode ')]
  return {
    kind: kindOf(after),
    binary: head.some((line) => /^(Binary files .* differ|GIT binary patch)$/s.test(line)),
    modeChange: oldMode && newMode ? `${oldMode} → ${newMode}` : null,
  }
}

function kindOf(after: (start: string) => string | null): DiffKind {
  if (after('new file mode ') !== null) return 'add'
  if (after('deleted file mode ') !== null) return 'delete'
  if (after('rename from ') !== null) return 'rename'
  return after('copy from ') === null ? 'modify' : 'copy'
}

/** The path a file has after the change, as far as the head says it without quotes; null where git quoted it. */
export function pathOf({ head, kind }: Pick<DiffFile, 'head' | 'kind'>): string | null {
  const side = kind === 'delete' ? '--- a/' : '+++ b/'
  const line = head.find((other) => other.startsWith(side))
  if (line !== undefined) return line.slice(side.length).replace(/\t$/, '')
  const renamed = head.find((other) => other.startsWith('rename to '))
  if (renamed !== undefined) return renamed.slice('rename to '.length)
  return /^diff --git a\/(.+) b\/\1$/s.exec(head[0] ?? '')?.[1] ?? null
}
