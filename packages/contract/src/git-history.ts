/** What a repository holds: differences, commits, branches, stashes and what was discarded. */
import { z } from 'zod'
import { Timestamp } from './common.ts'
import { GitPath, GitTreeQuery } from './git-status.ts'

/** Name of an object, full (SHA-1 or SHA-256). */
export const CommitName = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'must be the full name of a commit')

/**
 * Of one file (or all): the index against HEAD (`staged`), the working tree against the index, or a commit against its
 * first parent (`commit`). An untracked file is shown as added. `origPath` of a renamed file shows it as renamed. Both paths
 * are percent-encoded bytes (`encodeGitPath`).
 */
export const GitDiffQuery = z.strictObject({
  ...GitTreeQuery.shape,
  path: GitPath.optional(),
  origPath: GitPath.optional(),
  staged: z.enum(['true', 'false']).default('false'),
  commit: CommitName.optional(),
})
export type GitDiffQuery = z.infer<typeof GitDiffQuery>

/** Bytes of a diff in one answer, at most. */
export const maxGitDiffBytes = 1024 * 1024

export const GitDiff = z
  .object({
    /** Unified, with git's extended headers; of a binary file only that it differs. */
    diff: z.string(),
    /** The rest was left out: it is longer than `maxGitDiffBytes`. */
    truncated: z.boolean(),
  })
  .meta({ id: 'GitDiff' })
export type GitDiff = z.infer<typeof GitDiff>

const Person = z.object({ name: z.string(), email: z.string() })

export const GitCommit = z
  .object({
    commit: CommitName,
    parents: z.array(CommitName),
    author: Person,
    authoredAt: Timestamp,
    committer: Person,
    committedAt: Timestamp,
    subject: z.string(),
    body: z.string(),
    /** Branches, remote branches and tags that stand here, as `main`, `origin/main`, `tag: v1`; `HEAD` among them. */
    refs: z.array(z.string()),
    /** A remote has it, as far as was last fetched or pushed. */
    pushed: z.boolean(),
  })
  .meta({ id: 'GitCommit' })
export type GitCommit = z.infer<typeof GitCommit>

/** Newest first from `before` (exclusive) or from the tips; `all`: of all branches, not of the current one only. */
export const GitLogQuery = z.strictObject({
  ...GitTreeQuery.shape,
  limit: z.coerce.number().int().min(1).max(200).default(50),
  before: CommitName.optional(),
  all: z.enum(['true', 'false']).default('false'),
})
export type GitLogQuery = z.infer<typeof GitLogQuery>

export const GitLog = z
  .object({
    commits: z.array(GitCommit),
    /** `before` of the next page; null at the end. */
    next: CommitName.nullable(),
  })
  .meta({ id: 'GitLog' })
export type GitLog = z.infer<typeof GitLog>

export const GitBranch = z
  .object({
    /** `main`, or `origin/main` of a remote. */
    name: z.string(),
    remote: z.boolean(),
    current: z.boolean(),
    commit: CommitName,
    committedAt: Timestamp,
    subject: z.string(),
    upstream: z.string().nullable(),
    ahead: z.int(),
    behind: z.int(),
    /** Of another working tree, where it cannot be checked out again. */
    worktree: z.string().nullable(),
  })
  .meta({ id: 'GitBranch' })
export type GitBranch = z.infer<typeof GitBranch>

export const GitBranchList = z.object({ branches: z.array(GitBranch) }).meta({ id: 'GitBranchList' })
export type GitBranchList = z.infer<typeof GitBranchList>

/** A stash, or what was discarded: both are commits that can be brought back. */
export const GitKept = z
  .object({ commit: CommitName, message: z.string(), createdAt: Timestamp })
  .meta({ id: 'GitKept' })
export type GitKept = z.infer<typeof GitKept>

export const GitStashList = z.object({ stashes: z.array(GitKept) }).meta({ id: 'GitStashList' })
export type GitStashList = z.infer<typeof GitStashList>

/** What was discarded is kept this long, in days. */
export const discardDays = 30

export const GitDiscardList = z.object({ discards: z.array(GitKept) }).meta({ id: 'GitDiscardList' })
export type GitDiscardList = z.infer<typeof GitDiscardList>
