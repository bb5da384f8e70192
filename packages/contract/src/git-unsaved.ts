/** What is only in an environment: no remote has it, and it goes with the workspace. */
import { z } from 'zod'

/** Files, branches and headlines that are named, at most; all of them are counted. */
export const maxNamedFiles = 20
export const maxNamedBranches = 20
export const maxHeadlines = 5

/** A working tree: that of the environment, a further one of the same repository, or a repository of its own inside. */
export const UnsavedPlace = z
  .object({
    kind: z.enum(['workspace', 'worktree', 'nested']),
    path: z.string(),
    /** Files that are changed or not tracked; those that git ignores do not count. */
    changed: z.int().nonnegative(),
    /** The first of them. */
    files: z.array(z.string()),
    /** Of a repository of its own: commits that none of its remotes has. */
    commits: z.int().nonnegative(),
  })
  .meta({ id: 'UnsavedPlace' })
export type UnsavedPlace = z.infer<typeof UnsavedPlace>

export const UnsavedBranch = z
  .object({
    /** Null stands for a HEAD that is on no branch. */
    name: z.string().nullable(),
    /** Commits that no remote has, as far as is known here. */
    commits: z.int().nonnegative(),
    /** The newest of them. */
    headlines: z.array(z.string()),
  })
  .meta({ id: 'UnsavedBranch' })
export type UnsavedBranch = z.infer<typeof UnsavedBranch>

export const GitUnsaved = z
  .object({
    /** `damaged`: git cannot read it, so nothing is known. */
    repository: z.enum(['there', 'none', 'damaged']),
    /** False: no remote could have anything. */
    hasRemote: z.boolean(),
    /** Those with something of their own. */
    branches: z.array(UnsavedBranch),
    /** How many of them are not named. */
    moreBranches: z.int().nonnegative(),
    stashes: z.int().nonnegative(),
    /** What was discarded and can still be brought back. */
    discards: z.int().nonnegative(),
    /** Those with something of their own. */
    places: z.array(UnsavedPlace),
    /** Whether there is anything at all. */
    hasAny: z.boolean(),
  })
  .meta({ id: 'GitUnsaved' })
export type GitUnsaved = z.infer<typeof GitUnsaved>
