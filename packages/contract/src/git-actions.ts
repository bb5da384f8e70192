/** The verbs on a repository. Each runs in the environment's container and answers with git's own words. */
import { z } from 'zod'
import { Id } from './common.ts'
import { CommitName } from './git-history.ts'
import { GitPath, GitText, GitTreeQuery, maxGitFiles } from './git-status.ts'

/** Which repository, and which of its working trees. */
const tree = { environmentId: Id, ...GitTreeQuery.shape }
const Patch = GitText.min(1).max(2 * 1024 * 1024)
/** Of a renamed file both paths. */
const Files = z.array(GitPath).min(1).max(maxGitFiles)

/** Any name that git gives a branch (git-check-ref-format(1)), so that each that is listed can be sent back. */
export const GitBranchName = z
  .string()
  .min(1)
  .max(250)
  .refine(
    (name) => !/^-|[\p{Cc}\p{Cs} ~^:?*[\\]|\.\.|@\{|\/\/|^[/.]|[/.]$|\/\.|\.lock(?:\/|$)/u.test(name) && name !== '@',
    'is not a branch name',
  )

export const GitDone = z.object({ success: z.literal(true), output: z.string() }).meta({ id: 'GitDone' })
export type GitDone = z.infer<typeof GitDone>

export const CommitMessage = GitText.max(65_536)
  .refine((message) => message.trim() !== '', 'is empty')
  .refine((message) => !message.includes('\0'), 'contains a NUL character')

/**
 * `files`: just these, whatever is staged of others stays staged. `staged`: what is staged. Neither: all changes. `amend`
 * replaces the last commit.
 */
export const CreateGitCommit = z
  .strictObject({
    ...tree,
    message: CommitMessage,
    files: Files.optional(),
    staged: z.boolean().default(false),
    amend: z.boolean().default(false),
  })
  .refine(({ files, staged }) => !(staged && files !== undefined), 'takes either "files" or "staged"')
  .meta({ id: 'CreateGitCommit' })
export type CreateGitCommit = z.infer<typeof CreateGitCommit>

export const GitCommitted = GitDone.extend({ commit: CommitName }).meta({ id: 'GitCommitted' })
export type GitCommitted = z.infer<typeof GitCommitted>

/**
 * The current branch unless `branch` names another one, to the branch of its name, which is its upstream afterwards. `force`
 * is refused by git when somebody else pushed since.
 */
export const PushGit = z
  .strictObject({ ...tree, branch: GitBranchName.optional(), force: z.boolean().default(false) })
  .meta({ id: 'PushGit' })
export type PushGit = z.infer<typeof PushGit>

/** From the upstream, or from `origin` where there is none. */
export const PullGit = z.strictObject({ ...tree, rebase: z.boolean().default(false) }).meta({ id: 'PullGit' })
export type PullGit = z.infer<typeof PullGit>

export const FetchGit = z.strictObject(tree).meta({ id: 'FetchGit' })
export type FetchGit = z.infer<typeof FetchGit>

/** Whole `files`, or a `patch` that holds some hunks of the diff of one file; neither: everything. */
export const StageGit = z
  .strictObject({ ...tree, files: Files.optional(), patch: Patch.optional() })
  .refine(({ files, patch }) => files === undefined || patch === undefined, 'takes either "files" or "patch"')
  .meta({ id: 'StageGit' })
export type StageGit = z.infer<typeof StageGit>

/** Undone are unstaged changes, untracked files among them. They are kept for `discardDays`. */
export const DiscardGit = z
  .strictObject({ ...tree, files: Files.optional(), patch: Patch.optional() })
  .refine(({ files, patch }) => (files === undefined) !== (patch === undefined), 'takes either "files" or "patch"')
  .meta({ id: 'DiscardGit' })
export type DiscardGit = z.infer<typeof DiscardGit>

export const GitDiscarded = GitDone.extend({ discard: CommitName }).meta({ id: 'GitDiscarded' })
export type GitDiscarded = z.infer<typeof GitDiscarded>

/** Brings back what `discard` or `stash` names; where that would write over changes, git refuses and nothing changes. */
export const RestoreGitDiscard = z.strictObject({ ...tree, discard: CommitName }).meta({ id: 'RestoreGitDiscard' })
export type RestoreGitDiscard = z.infer<typeof RestoreGitDiscard>

/** `create` makes the branch at `from` (a branch or commit; HEAD without). A remote's branch of the same name is its upstream. */
export const CheckoutGit = z
  .strictObject({
    ...tree,
    branch: GitBranchName,
    create: z.boolean().default(false),
    from: z.union([CommitName, GitBranchName]).optional(),
  })
  .meta({ id: 'CheckoutGit' })
export type CheckoutGit = z.infer<typeof CheckoutGit>

/** What is under way (`GitStatus.operation`): goes on once conflicts are resolved and staged, or is undone. */
export const SettleGitOperation = z
  .strictObject({ ...tree, action: z.enum(['continue', 'abort']) })
  .meta({ id: 'SettleGitOperation' })
export type SettleGitOperation = z.infer<typeof SettleGitOperation>

/** Untracked files are put away, too. */
export const CreateGitStash = z
  .strictObject({
    ...tree,
    message: z
      .string()
      .trim()
      .max(200)
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line of text')
      .optional(),
  })
  .meta({ id: 'CreateGitStash' })
export type CreateGitStash = z.infer<typeof CreateGitStash>

/** `pop` brings it back and drops it, unless there are conflicts. */
export const UseGitStash = z
  .strictObject({ ...tree, stash: CommitName, action: z.enum(['apply', 'pop', 'drop']) })
  .meta({ id: 'UseGitStash' })
export type UseGitStash = z.infer<typeof UseGitStash>

/** For the next `gitWatchSeconds`, changes of the working tree are told by `git` events. */
export const WatchGit = z.strictObject(tree).meta({ id: 'WatchGit' })
export type WatchGit = z.infer<typeof WatchGit>

export const gitWatchSeconds = 60
