/** What the browser remembers of the Git panel. */
import { z } from 'zod'
import type { GitTree } from './git-tree'
import type { Choice } from './stored'

/** Whether it is open beside a terminal. */
export const gitPanelOpenChoice: Choice<boolean> = { key: 'git.panelOpen', schema: z.boolean(), fallback: false }

/** Where it begins, as a part of the width. */
export const gitPanelRatioChoice: Choice<number> = {
  key: 'git.panelRatio',
  schema: z.number().min(0.2).max(0.8),
  fallback: 0.68,
}

export const diffModeChoice: Choice<'unified' | 'split'> = {
  key: 'git.diffMode',
  schema: z.enum(['unified', 'split']),
  fallback: 'unified',
}

/** A message that was not committed yet; empty is none. */
export const commitDraftChoice = ({ environmentId, sessionId }: GitTree): Choice<string> => ({
  key: sessionId === undefined ? `git.draft.${environmentId}` : `git.draft.${environmentId}.${sessionId}`,
  schema: z.string(),
  fallback: '',
})
