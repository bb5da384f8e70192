/**
 * The working tree of an environment, as `git status` tells it. Paths and texts that git holds as bytes which are no UTF-8
 * have each such byte 0xNN as the lone surrogate U+DCNN (PEP 383), so that what came out can be sent back exactly.
 */
import { z } from 'zod'
import { Id } from './common.ts'

/** A surrogate that stands alone and for no byte. */
const straySurrogate = /[\u{D800}-\u{DC7F}\u{DD00}-\u{DFFF}]/u

/** Text that may hold bytes which are no UTF-8, in the form above. */
export const GitText = z
  .string()
  .refine((text) => !straySurrogate.test(text), 'contains a surrogate that stands for no byte')

/** A path inside the repository, relative to its top, with `/`. */
export const GitPath = GitText.min(1)
  .max(4096)
  .refine((path) => !path.includes('\0') && !path.startsWith('/'), 'is not a path inside the repository')

/**
 * A path as part of a URL: its bytes, percent-encoded, where those that are no UTF-8 are themselves. `encodeURIComponent`
 * refuses such a path, and `URLSearchParams` would name another file.
 */
export function encodeGitPath(path: string): string {
  return path
    .split(/([\u{DC80}-\u{DCFF}])/u)
    .map((part, index) =>
      index % 2 === 0 ? encodeURIComponent(part) : `%${(part.charCodeAt(0) - 0xdc00).toString(16).toUpperCase()}`,
    )
    .join('')
}

/** The worktree of a session that has one; else, and without a session, the workspace itself. */
export const GitTreeQuery = z.object({ sessionId: Id.optional() })
export type GitTreeQuery = z.infer<typeof GitTreeQuery>

/** What git was in the middle of. */
export const GitOperation = z.enum(['merge', 'rebase', 'cherry-pick', 'revert', 'bisect'])
export type GitOperation = z.infer<typeof GitOperation>

export const GitFile = z
  .object({
    path: z.string(),
    /** The two letters of `git status --short` without spaces: `M`, `A`, `D`, `R`, `MM`, `??`, `UU`. */
    status: z.string(),
    /** Where it was before a rename or copy. */
    origPath: z.string().optional(),
    staged: z.boolean(),
    unstaged: z.boolean(),
    conflicted: z.boolean(),
    /** A submodule: what changed is the commit it is at, or its own working tree. */
    submodule: z.boolean().optional(),
  })
  .meta({ id: 'GitFile' })
export type GitFile = z.infer<typeof GitFile>

/** Files in one answer, at most. */
export const maxGitFiles = 100_000

export const GitStatus = z
  .object({
    /** There is a repository; without one everything else is empty. */
    repository: z.boolean(),
    /** Empty while HEAD is detached. */
    branch: z.string(),
    /** Null on a branch without commits. */
    commit: z.string().nullable(),
    upstream: z.string().nullable(),
    /** Commits that the upstream does not have, and the other way round; 0 without one. */
    ahead: z.int(),
    behind: z.int(),
    detached: z.boolean(),
    operation: GitOperation.nullable(),
    stashes: z.int(),
    files: z.array(GitFile),
    /** There are more files than `maxGitFiles`. */
    truncated: z.boolean(),
  })
  .meta({ id: 'GitStatus' })
export type GitStatus = z.infer<typeof GitStatus>
