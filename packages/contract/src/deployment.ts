/**
 * A deployment is one run of a Coolify application from a branch of an environment's repository. It belongs to the
 * environment, and stays readable when Coolify has forgotten it.
 */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { BranchName } from './repository.ts'

/** `pending`: written down, and not yet taken by Coolify. The last three are never left. */
export const DeploymentStatus = z.enum(['pending', 'queued', 'in_progress', 'finished', 'failed', 'cancelled'])
export type DeploymentStatus = z.infer<typeof DeploymentStatus>

/** The allowed transitions; staying is always allowed. Coolify is asked now and then, so steps between may go unseen. */
export const deploymentTransitions: Record<DeploymentStatus, readonly DeploymentStatus[]> = {
  pending: ['queued', 'in_progress', 'finished', 'failed', 'cancelled'],
  queued: ['in_progress', 'finished', 'failed', 'cancelled'],
  in_progress: ['finished', 'failed', 'cancelled'],
  finished: [],
  failed: [],
  cancelled: [],
}

export function isDeploymentEnded(status: DeploymentStatus): boolean {
  return deploymentTransitions[status].length === 0
}

/** Coolify's name of an application, as it stands in its URLs. */
export const AppId = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'is not the id of an application')
export type AppId = z.infer<typeof AppId>

/** `redeploy`: once more what an earlier one deployed. `rollback`: an image that was built before, without a build. */
export const DeploymentKind = z.enum(['deploy', 'redeploy', 'rollback'])
export type DeploymentKind = z.infer<typeof DeploymentKind>

/**
 * Why it failed. `build_failed`: Coolify says so, and the log says why. `refused`: Coolify did not take it.
 * `unknown_outcome`: it was sent, Coolify did not answer, and does not list it. `forgotten`: Coolify knew it and does not any more.
 */
export const DeploymentErrorCode = z.enum([
  'build_failed',
  'refused',
  'token_refused',
  'application_gone',
  'queue_full',
  'unknown_outcome',
  'forgotten',
  'timed_out',
])
export type DeploymentErrorCode = z.infer<typeof DeploymentErrorCode>

/** What holds it up at the moment, or keeps the server from hearing of it. It passes, or the deployment times out. */
export const DeploymentTrouble = z.object({
  code: z.enum(['queue_full', 'rate_limited', 'unreachable', 'token_refused', 'cancel_failed']),
  reason: z.string(),
  since: Timestamp,
})
export type DeploymentTrouble = z.infer<typeof DeploymentTrouble>

/** What is known beside the status; nothing of Coolify's answer but the fields here. */
export const DeploymentMetadata = z.object({
  kind: DeploymentKind,
  applicationName: z.string().nullable(),
  /** The branch that was asked for, or the application's own. Null for a rollback. */
  branch: z.string().nullable(),
  /** The branch was asked for, so the application builds it from now on. */
  changesBranch: z.boolean(),
  /** Build without the cache. */
  force: z.boolean(),
  /** Tag of the image to go back to. */
  rollbackTag: z.string().nullable(),
  /** The deployment that this one repeats. */
  redeployOf: Id.nullable(),
  /** Full name of the commit once Coolify knows it. */
  commit: z.string().nullable(),
  commitMessage: z.string().nullable(),
  /** Coolify's name of it; null while `pending`. */
  coolifyDeploymentId: z.string().nullable(),
  /** Coolify had a deployment of the same commit under way already, and this is that one. */
  adopted: z.boolean(),
  /** Its page in Coolify. */
  url: z.string().nullable(),
  startedAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  /** Somebody asked to cancel it; the status changes when Coolify says so. */
  cancelRequestedAt: Timestamp.nullable(),
  /** Sequence number of the newest line of its log, 0 while there is none. */
  lastSequence: z.int(),
  /** False when the token may not read logs: it needs the ability `read:sensitive`. */
  logsReadable: z.boolean(),
  trouble: DeploymentTrouble.nullable(),
  error: z.object({ code: DeploymentErrorCode, reason: z.string() }).nullable(),
})
export type DeploymentMetadata = z.infer<typeof DeploymentMetadata>

export const Deployment = z
  .object({
    id: Id,
    environmentId: Id,
    appId: z.string(),
    status: DeploymentStatus,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    metadata: DeploymentMetadata,
  })
  .meta({ id: 'Deployment' })
export type Deployment = z.infer<typeof Deployment>

/** Newest first. */
export const DeploymentList = z.object({ deployments: z.array(Deployment) }).meta({ id: 'DeploymentList' })
export type DeploymentList = z.infer<typeof DeploymentList>

/** A page of history: `before` is the `createdAt` of the last one seen. */
export const DeploymentListQuery = z.object({
  before: Timestamp.optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(100)).default(20),
})
export type DeploymentListQuery = z.infer<typeof DeploymentListQuery>

export const DeploymentParams = z.object({ deploymentId: Id })

/**
 * `branch` left out is the environment's current one, which then must be the one that the application builds: naming
 * another branch changes the application for everybody. Coolify builds what the remote has, so commits that are not
 * pushed refuse the request, unless `allowUnpushed`.
 */
export const DeployRequest = z
  .strictObject({
    environmentId: Id,
    appId: AppId,
    branch: BranchName.optional(),
    force: z.boolean().default(false),
    allowUnpushed: z.boolean().default(false),
  })
  .meta({ id: 'DeployRequest' })
export type DeployRequest = z.infer<typeof DeployRequest>

/**
 * The same application and branch once more, as the remote has it now. An application that builds another branch by now
 * refuses the request, unless `allowBranchChange`: it then builds this one for everybody.
 */
export const RedeployRequest = z
  .strictObject({
    force: z.boolean().default(false),
    allowUnpushed: z.boolean().default(false),
    allowBranchChange: z.boolean().default(false),
  })
  .meta({ id: 'RedeployRequest' })
export type RedeployRequest = z.infer<typeof RedeployRequest>

/** Tag of a container image. */
export const ImageTag = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'is not the tag of an image')

export const RollbackRequest = z
  .strictObject({ environmentId: Id, appId: AppId, tag: ImageTag })
  .meta({ id: 'RollbackRequest' })
export type RollbackRequest = z.infer<typeof RollbackRequest>

export const DeploymentAccepted = z
  .object({ deploymentId: Id, status: DeploymentStatus, deployment: Deployment })
  .meta({ id: 'DeploymentAccepted' })
export type DeploymentAccepted = z.infer<typeof DeploymentAccepted>

/** A commit that the remote does not have. */
export const UnpushedCommit = z.object({ commit: z.string(), subject: z.string() })
export type UnpushedCommit = z.infer<typeof UnpushedCommit>

/** Unpushed commits that are named, at most; `count` has them all. */
export const maxUnpushedCommits = 20

/** What a deployment of a branch would find, before it is asked for. */
export const DeployCheckQuery = z.object({ branch: BranchName.optional() })
export type DeployCheckQuery = z.infer<typeof DeployCheckQuery>

export const DeployCheck = z
  .object({
    /** The one asked for, or the environment's current one. */
    branch: z.string(),
    /** False while the environment does not run: then nothing is known of its commits. */
    looked: z.boolean(),
    /** The remote has such a branch, as far as the environment knows. */
    onRemote: z.boolean(),
    unpushed: z.object({ count: z.int(), commits: z.array(UnpushedCommit) }),
    /** Files that are changed and not committed, and so not deployed. */
    changedFiles: z.int(),
  })
  .meta({ id: 'DeployCheck' })
export type DeployCheck = z.infer<typeof DeployCheck>

export const DeploymentLine = z.object({
  /** Grows; numbers are never used again. */
  sequence: z.int(),
  /** From a build, and not to be trusted: without colours and other control characters. */
  text: z.string(),
  stream: z.enum(['stdout', 'stderr']),
  at: Timestamp.nullable(),
})
export type DeploymentLine = z.infer<typeof DeploymentLine>

/** Lines in one answer, at most. */
export const maxDeploymentLines = 1_000

/** Lines after the one with this number. With `Prefer: wait=N` it waits for the next line, or the deployment's end. */
export const DeploymentLogQuery = z.object({ after: z.coerce.number().pipe(z.int().min(0)).default(0) })
export type DeploymentLogQuery = z.infer<typeof DeploymentLogQuery>

export const DeploymentLog = z
  .object({
    lines: z.array(DeploymentLine),
    /** Lines below it are void: Coolify wrote its log anew. Whoever keeps lines drops those. 0 while there is none. */
    firstSequence: z.int(),
    lastSequence: z.int(),
    /** There are more lines than fit into the answer: ask again after its last one. */
    hasMore: z.boolean(),
    /** The deployment has ended and its last lines are here. */
    complete: z.boolean(),
    /** The log is longer than is kept. Its end is missing while the deployment goes on, and its middle afterwards. */
    truncated: z.boolean(),
    /** As in the deployment's metadata. */
    logsReadable: z.boolean(),
  })
  .meta({ id: 'DeploymentLog' })
export type DeploymentLog = z.infer<typeof DeploymentLog>
