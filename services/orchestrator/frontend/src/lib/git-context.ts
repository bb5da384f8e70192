/** What the parts of one Git panel share: which working tree it is, how it stands, and what did not work. */
import { createContext, use } from 'react'
import type { GitStatus } from '@craftastic/contract'
import type { GitVerb } from '@/api/git-verbs'
import type { GitPlace } from './git-place'
import type { GitTree } from './git-tree'

/** A branch to switch to; `create` makes it at `from`, or where HEAD is. */
export interface BranchTarget {
  branch: string
  create?: boolean
  from?: string
}

/** A verb that did not work; shown until the next one or until it is dismissed. */
export interface GitFailure {
  verb: GitVerb
  error: unknown
  /** What a switch was meant to go to. */
  switchTo?: BranchTarget
}

/** What somebody is asked about before it is discarded: whole files, or a patch with some of the changes of one. */
export type DiscardQuestion = { files: string[] } | { patch: string; path: string }

export interface GitPanelState {
  tree: GitTree
  status: GitStatus
  place: GitPlace
  show: (place: GitPlace) => void
  /** Room for a list and what is chosen in it side by side. */
  wide: boolean
  fail: (failure: GitFailure | null) => void
  askDiscard: (question: DiscardQuestion) => void
}

export const GitContext = createContext<GitPanelState | null>(null)

export function useGit(): GitPanelState {
  const state = use(GitContext)
  if (!state) throw new Error('useGit is for what is inside the Git panel')
  return state
}
