/** The files of a status as the panel lists them: conflicts, what is staged, what is not. */
import type { GitFile, GitStatus } from '@craftastic/contract'
import { showName } from './git-names'

export type GitSide = 'conflicted' | 'staged' | 'unstaged'

/** A file in one of the lists. One that is staged in part stands in two. */
export interface GitEntry {
  key: string
  file: GitFile
  side: GitSide
}

export type GitGroups = Record<GitSide, GitEntry[]>

export const sides: readonly GitSide[] = ['conflicted', 'staged', 'unstaged']

export function groupFiles(files: readonly GitFile[]): GitGroups {
  const groups: GitGroups = { conflicted: [], staged: [], unstaged: [] }
  for (const file of files) {
    if (file.conflicted) groups.conflicted.push(entryOf(file, 'conflicted'))
    else {
      if (file.staged) groups.staged.push(entryOf(file, 'staged'))
      if (file.unstaged) groups.unstaged.push(entryOf(file, 'unstaged'))
    }
  }
  return groups
}

export function entryOf(file: GitFile, side: GitSide): GitEntry {
  return { key: `${side} ${file.path}`, file, side }
}

/** How many files differ, a file that is staged in part counted once. */
export function countChanges(status: Pick<GitStatus, 'files' | 'truncated'>): string {
  const count = status.files.length.toLocaleString('en')
  return status.truncated ? `${count}+` : count
}

/** Entries whose path, or path before a rename, holds every word of `search`. */
export function filterEntries(entries: GitEntry[], search: string): GitEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries
  return entries.filter(({ file }) => {
    const text = showName(`${file.path} ${file.origPath ?? ''}`).toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export type ChangeTone = 'added' | 'changed' | 'deleted' | 'conflict'

export interface ChangeLook {
  /** One letter, as git writes it, but `?` for what git does not follow yet. */
  letter: string
  word: string
  tone: ChangeTone
}

const looks: Partial<Record<string, ChangeLook>> = {
  M: { letter: 'M', word: 'Changed', tone: 'changed' },
  T: { letter: 'T', word: 'Changed its type', tone: 'changed' },
  A: { letter: 'A', word: 'Added', tone: 'added' },
  D: { letter: 'D', word: 'Deleted', tone: 'deleted' },
  R: { letter: 'R', word: 'Renamed', tone: 'changed' },
  C: { letter: 'C', word: 'Copied', tone: 'added' },
  '?': { letter: '?', word: 'New, not followed by Git yet', tone: 'added' },
}

const conflictWords: Partial<Record<string, string>> = {
  UU: 'Changed on both sides',
  AA: 'Added on both sides',
  DD: 'Deleted on both sides',
  AU: 'Added here',
  UA: 'Added there',
  DU: 'Deleted here, changed there',
  UD: 'Changed here, deleted there',
}

/** What happened to a file, for the list it stands in. */
export function lookOf({ file, side }: GitEntry): ChangeLook {
  if (side === 'conflicted') return { letter: '!', word: conflictWords[file.status] ?? 'In conflict', tone: 'conflict' }
  const letter = letterOf({ file, side })
  return looks[letter] ?? { letter: letter || '·', word: 'Changed', tone: 'changed' }
}

const letterOf = ({ file, side }: Pick<GitEntry, 'file' | 'side'>) =>
  file.status[side === 'unstaged' ? file.status.length - 1 : 0] ?? ''

export const isUntracked = (file: Pick<GitFile, 'status'>) => file.status === '??'

/** `files` as they will be once those of `paths` are staged, for the moment until the server has said so. */
export function asStaged(files: readonly GitFile[], paths: ReadonlySet<string> | null): GitFile[] {
  return files.map((file) => {
    if (!file.unstaged || (paths && !paths.has(file.path)) || (!paths && file.conflicted)) return file
    const letter = isUntracked(file) ? 'A' : file.status.charAt(0)
    return { ...file, status: letter, staged: true, unstaged: false, conflicted: false }
  })
}

/** `files` as they will be once those of `paths` are no longer staged. */
export function asUnstaged(files: readonly GitFile[], paths: ReadonlySet<string> | null): GitFile[] {
  return files.map((file) => {
    if (!file.staged || file.conflicted || (paths && !paths.has(file.path))) return file
    const letter = file.status.charAt(0)
    return { ...file, status: letter === 'A' ? '??' : letter, staged: false, unstaged: true }
  })
}

/** What a verb has to name for a file: both paths of one that this side of it has renamed; the other side has but one. */
export function pathsOf(entry: Pick<GitEntry, 'file' | 'side'>): string[] {
  const { path, origPath } = entry.file
  return origPath === undefined || letterOf(entry) !== 'R' ? [path] : [path, origPath]
}
