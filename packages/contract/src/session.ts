import { z } from 'zod'
import { Id, Success, Timestamp } from './common.ts'
import { GitBranchName } from './git-actions.ts'

/**
 * `active`: someone is attached. `inactive`: alive, nobody attached. `dead`: its tmux session is gone.
 *
 *     inactive ⇄ active      attach, last one leaves
 *     active, inactive → dead   its program ended, it was killed, tmux was lost
 *     dead → active, inactive   an attach or a PATCH revives it in its directory
 */
export const SessionStatus = z.enum(['active', 'inactive', 'dead'])
export type SessionStatus = z.infer<typeof SessionStatus>

/** Letters, digits, space, `_` and `-`, starting with a letter or digit: nothing a shell or tmux reads as syntax. */
export const SessionName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} _-]*$/u,
    'may hold letters, digits, space, "_" and "-" and starts with a letter or digit',
  )

/** An absolute path inside the container. */
export const WorkingDirectory = z
  .string()
  .max(1024)
  .regex(/^\/[^\p{Cc}]*$/u, 'must be an absolute path without control characters')

export const defaultWorkingDirectory = '/workspace'

export const Session = z
  .object({
    id: Id,
    environmentId: Id,
    name: z.string().nullable(),
    tmuxSessionName: z.string(),
    workingDirectory: z.string(),
    /** That it was made to work on, in a worktree of its own: then `workingDirectory` is the top of that. */
    branch: z.string().nullable().default(null),
    status: SessionStatus,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    lastActivity: Timestamp.nullable(),
    /** When it was made again after its container had ended: a new shell, the programs of before are gone. */
    restoredAt: Timestamp.nullable(),
    /** The program in the foreground, where tmux was asked. */
    currentCommand: z.string().nullable().optional(),
    /** The directory of that program, where tmux was asked. */
    currentDirectory: z.string().nullable().optional(),
    /** What programs wrote as the title of their terminal, where tmux was asked; null while it is nobody's choice. */
    title: z.string().nullable().optional(),
    /** Since when it is being recorded, where tmux was asked; null while it is not. */
    recordingSince: Timestamp.nullable().optional(),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof Session>

export const SessionList = z.object({ sessions: z.array(Session) }).meta({ id: 'SessionList' })
export type SessionList = z.infer<typeof SessionList>

/** With a `branch` the session has a worktree of its own below the workspace, and begins at its top. */
export const CreateSession = z
  .strictObject({
    environmentId: Id,
    name: SessionName.optional(),
    workingDirectory: WorkingDirectory.default(defaultWorkingDirectory),
    branch: GitBranchName.optional(),
  })
  .refine(({ workingDirectory, branch }) => branch === undefined || workingDirectory === defaultWorkingDirectory, {
    error: 'is that of the worktree when there is a "branch": leave it out',
    path: ['workingDirectory'],
  })
  .meta({ id: 'CreateSession' })
export type CreateSession = z.infer<typeof CreateSession>

/** `status: dead` kills the tmux session; `active` and `inactive` both revive a dead one. */
export const UpdateSession = z
  .strictObject({ name: SessionName.optional(), status: SessionStatus.optional() })
  .meta({ id: 'UpdateSession' })
export type UpdateSession = z.infer<typeof UpdateSession>

/** The worktree of a session: as it stands, or as it was when the session was deleted. */
export const SessionWorktree = z
  .object({
    path: z.string(),
    /** Checked out there; null while HEAD is detached, or when the worktree is not there. */
    branch: z.string().nullable(),
    changedFiles: z.int(),
    /** Commits that no remote, other branch or tag has. */
    ownCommits: z.int(),
    /** Why it outlives its session, in words that follow "because"; null: it goes with it. */
    keptBecause: z.string().nullable(),
  })
  .meta({ id: 'SessionWorktree' })
export type SessionWorktree = z.infer<typeof SessionWorktree>

/** `worktree` is null for a session without one. */
export const SessionDeleted = Success.extend({ worktree: SessionWorktree.nullable() }).meta({ id: 'SessionDeleted' })
export type SessionDeleted = z.infer<typeof SessionDeleted>

export const SessionParams = z.object({ sessionId: Id })
