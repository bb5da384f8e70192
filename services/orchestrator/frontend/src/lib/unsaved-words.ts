/** What is only in an environment, as people read it. */
import type { GitUnsaved, KeptWork, UnsavedPlace } from '@craftastic/contract'

/** One kind of work, counted, with the first names of it. */
export interface UnsavedLine {
  text: string
  names: string[]
  /** How many are not among the names. */
  more: number
}

function countWords(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${count.toLocaleString('en')} ${many}`
}

/** In the order of how much is lost with it. */
export function unsavedLines(unsaved: GitUnsaved): UnsavedLine[] {
  const { branches, moreBranches, stashes, discards, places, hasRemote } = unsaved
  const line = (text: string, names: string[] = [], more = 0) => ({ text, names, more })
  const lacks = hasRemote ? 'not pushed' : 'at no remote'
  return [
    ...branches.map(({ name, commits, headlines }) =>
      line(
        `${countWords(commits, 'commit')} ${name === null ? 'on no branch' : `on ${name}`}, ${lacks}`,
        headlines,
        commits - headlines.length,
      ),
    ),
    ...(moreBranches > 0 ? [line(`${countWords(moreBranches, 'more branch', 'more branches')}, ${lacks}`)] : []),
    ...places.map((place) => line(placeWords(place, unsaved), place.files, place.changed - place.files.length)),
    ...(stashes > 0 ? [line(countWords(stashes, 'stash', 'stashes'))] : []),
    ...(discards > 0 ? [line(`${countWords(discards, 'discarded change')} that can still be brought back`)] : []),
  ]
}

function placeWords({ kind, path, changed, commits }: UnsavedPlace, { repository }: GitUnsaved): string {
  if (kind === 'workspace' && repository === 'none') return `${countWords(changed, 'file')} outside of any repository`
  const files = `${countWords(changed, 'file')} not committed`
  if (kind === 'workspace') return files
  const parts = [
    ...(commits > 0 ? [`${countWords(commits, 'commit')} not pushed`] : []),
    ...(changed > 0 ? [files] : []),
  ]
  return `${parts.join(', ')} in ${path}`
}

/** Such as `2 commits on feature, not pushed; 3 files not committed`; null when there is nothing. */
export function unsavedSummary(unsaved: GitUnsaved): string | null {
  const lines = unsavedLines(unsaved).map(({ text }) => text)
  return lines.length === 0 ? null : lines.join('; ')
}

/** Such as `2 commits, 7 files, 1 stash`. */
export function keptWords({ commits, files, stashes }: Pick<KeptWork, 'commits' | 'files' | 'stashes'>): string {
  const parts = [
    ...(commits > 0 ? [countWords(commits, 'commit')] : []),
    ...(files > 0 ? [countWords(files, 'file')] : []),
    ...(stashes > 0 ? [countWords(stashes, 'stash', 'stashes')] : []),
  ]
  return parts.length === 0 ? 'Discarded changes' : parts.join(', ')
}
