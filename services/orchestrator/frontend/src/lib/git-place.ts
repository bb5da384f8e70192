/** What the Git panel shows. On its own page the address has it all; beside a terminal the panel keeps it. */
import { CommitName } from '@craftastic/contract'
import { nameToText, textToName } from './git-names'
import type { GitSide } from './git-files'

export type GitTab = 'changes' | 'history' | 'stashes'

export interface GitPlace {
  tab: GitTab
  /** The file whose changes are shown. */
  file: { path: string; side: GitSide } | null
  /** The commit, stash or discard that is shown. */
  commit: string | null
}

export const gitTabs: readonly GitTab[] = ['changes', 'history', 'stashes']
export const startPlace: GitPlace = { tab: 'changes', file: null, commit: null }

const sides: readonly GitSide[] = ['conflicted', 'staged', 'unstaged']

export const gitPath = (environmentId: string) => `/environments/${environmentId}/git`
/** The tokens for Git hosts. */
export const gitSettingsPath = '/settings/git'

export function readPlace(search: URLSearchParams): GitPlace {
  const tab = gitTabs.find((known) => known === search.get('tab')) ?? 'changes'
  const side = sides.find((known) => known === search.get('in')) ?? 'unstaged'
  const path = textToName(search.get('file') ?? '')
  const commit = CommitName.safeParse(search.get('commit'))
  return {
    tab,
    file: tab === 'changes' && path !== null ? { path, side } : null,
    commit: tab !== 'changes' && commit.success ? commit.data : null,
  }
}

export function writePlace({ tab, file, commit }: GitPlace): URLSearchParams {
  const search = new URLSearchParams()
  if (tab !== 'changes') search.set('tab', tab)
  if (file) {
    search.set('file', nameToText(file.path))
    if (file.side !== 'unstaged') search.set('in', file.side)
  }
  if (commit !== null) search.set('commit', commit)
  return search
}
