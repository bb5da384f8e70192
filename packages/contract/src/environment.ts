import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { Operation } from './operation.ts'
import { BranchName, RepositoryUrl } from './repository.ts'
import { Session } from './session.ts'

/**
 * What is true of an environment.
 *
 *     starting → running | error | deleting
 *     running  → stopping | error | deleting
 *     stopping → stopped | error | deleting
 *     stopped  → starting | deleting
 *     error    → starting | deleting
 */
export const EnvironmentStatus = z.enum(['starting', 'running', 'stopping', 'stopped', 'error', 'deleting'])
export type EnvironmentStatus = z.infer<typeof EnvironmentStatus>

/** The allowed transitions; staying is always allowed. `deleting` ends with the row. */
export const environmentTransitions: Record<EnvironmentStatus, readonly EnvironmentStatus[]> = {
  starting: ['running', 'error', 'deleting'],
  running: ['stopping', 'error', 'deleting'],
  stopping: ['stopped', 'error', 'deleting'],
  stopped: ['starting', 'deleting'],
  error: ['starting', 'deleting'],
  deleting: ['error'],
}

/** What the user asked for. */
export const DesiredState = z.enum(['running', 'stopped', 'deleted'])
export type DesiredState = z.infer<typeof DesiredState>

/** Letters, digits, space, `.`, `_` and `-`, starting with a letter or digit. Unique per user. */
export const EnvironmentName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u,
    'may hold letters, digits, space, ".", "_" and "-" and starts with a letter or digit',
  )

/** A reference to a container image; which ones are allowed is the server's configuration. */
export const ImageReference = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z0-9][A-Za-z0-9._/:@-]*$/, 'is not an image reference')

export const Environment = z
  .object({
    id: Id,
    userId: Id,
    name: z.string(),
    repositoryUrl: z.string().nullable(),
    /** `HEAD` until the remote's default branch is known. */
    branch: z.string(),
    containerId: z.string().nullable(),
    status: EnvironmentStatus,
    statusReason: z.string().nullable(),
    desiredState: DesiredState,
    image: z.string(),
    memoryBytes: z.int(),
    /** Cores, such as 0.5. */
    cpuLimit: z.number(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
    lastActivityAt: Timestamp.nullable(),
    sessions: z.array(Session).optional(),
    /** The newest operation. */
    operation: Operation.nullable().optional(),
  })
  .meta({ id: 'Environment' })
export type Environment = z.infer<typeof Environment>

export const EnvironmentList = z.object({ environments: z.array(Environment) }).meta({ id: 'EnvironmentList' })
export type EnvironmentList = z.infer<typeof EnvironmentList>

export const CreateEnvironment = z
  .strictObject({
    name: EnvironmentName,
    repositoryUrl: RepositoryUrl.optional(),
    branch: BranchName.optional(),
    /** The owner; other than oneself is for admins. */
    userId: Id.optional(),
    image: ImageReference.optional(),
  })
  .refine((input) => input.branch === undefined || input.repositoryUrl !== undefined, {
    path: ['branch'],
    message: 'needs a repositoryUrl',
  })
  .meta({ id: 'CreateEnvironment' })
export type CreateEnvironment = z.infer<typeof CreateEnvironment>

export const EnvironmentParams = z.object({ environmentId: Id })

export const EnvironmentDeleted = z
  .object({ success: z.literal(true), operation: Operation })
  .meta({ id: 'EnvironmentDeleted' })
export type EnvironmentDeleted = z.infer<typeof EnvironmentDeleted>

export const EnvironmentStats = z
  .object({
    /** Of one core: 50 is half a core. */
    cpuPercent: z.number(),
    memoryBytes: z.int(),
    memoryLimitBytes: z.int(),
    pids: z.int(),
    /** Bytes in the workspace volume, or null when it was not measured. */
    diskBytes: z.int().nullable(),
    at: Timestamp,
  })
  .meta({ id: 'EnvironmentStats' })
export type EnvironmentStats = z.infer<typeof EnvironmentStats>
