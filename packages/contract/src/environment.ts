import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { Operation } from './operation.ts'
import { BranchName, RepositoryUrl } from './repository.ts'
import { Session } from './session.ts'

/** What is true of an environment. `starting`, `stopping` and `deleting` pass by themselves: each has a deadline. */
export const EnvironmentStatus = z.enum(['starting', 'running', 'stopping', 'stopped', 'error', 'deleting'])
export type EnvironmentStatus = z.infer<typeof EnvironmentStatus>

/**
 * The allowed transitions; staying is always allowed. A later wish may cut a passing state short, so `starting` and
 * `stopping` lead to each other; nothing but its end or its failure leads out of `deleting`. What is said to run and was
 * never asked to, as after an upgrade from the previous generation, turns out to be `stopped`.
 */
export const environmentTransitions: Record<EnvironmentStatus, readonly EnvironmentStatus[]> = {
  starting: ['running', 'stopping', 'error', 'deleting'],
  running: ['starting', 'stopping', 'stopped', 'error', 'deleting'],
  stopping: ['stopped', 'starting', 'error', 'deleting'],
  stopped: ['starting', 'stopping', 'deleting'],
  error: ['starting', 'stopping', 'deleting'],
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
    /** Bytes in the workspace when it was last measured. */
    diskBytes: z.int().nullable(),
    /** Minutes without use after which the environment is stopped; null never stops it. */
    idleStopMinutes: z.int().nullable(),
    /** What keeps it from being idle, in words; null while it is idle, not running, or never stopped for it. */
    awakeReason: z.string().nullable(),
    /** When it will be stopped unless it is used; null while something keeps it awake. */
    idleStopAt: Timestamp.nullable(),
    /** Until when somebody keeps it awake, whatever runs there. */
    heldUntil: Timestamp.nullable(),
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
    /** Brings back what was kept of a deleted environment, with its repository and branch. */
    keptWorkId: Id.optional(),
  })
  .refine((input) => input.branch === undefined || input.repositoryUrl !== undefined, {
    path: ['branch'],
    message: 'needs a repositoryUrl',
  })
  .refine((input) => input.keptWorkId === undefined || input.repositoryUrl === undefined, {
    path: ['repositoryUrl'],
    message: 'is that of the kept work',
  })
  .meta({ id: 'CreateEnvironment' })
export type CreateEnvironment = z.infer<typeof CreateEnvironment>

/** A week. */
const maxIdleStopMinutes = 7 * 24 * 60

/** What is left out stays as it is. */
export const UpdateEnvironment = z
  .strictObject({
    name: EnvironmentName.optional(),
    idleStopMinutes: z.int().min(1).max(maxIdleStopMinutes).nullable().optional(),
  })
  .meta({ id: 'UpdateEnvironment' })
export type UpdateEnvironment = z.infer<typeof UpdateEnvironment>

/** How long one hold keeps an environment awake, in minutes. */
export const holdMinutes = 120

export const EnvironmentParams = z.object({ environmentId: Id })

/** `force` deletes without keeping what is only there. */
export const DeleteEnvironmentQuery = z.object({ force: z.enum(['true', 'false']).default('false') })

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
