/**
 * The verbs on deployments. A deployment is written down before Coolify hears of it, together with the job that sends it;
 * what becomes of it the poller writes down. Reading needs no Coolify.
 */
import {
  isDeploymentEnded,
  type DeployCheck,
  type DeployRequest,
  type Deployment,
  type DeploymentAccepted,
  type DeploymentList,
  type DeploymentListQuery,
  type DeploymentLog,
  type RedeployRequest,
  type RollbackRequest,
} from '@craftastic/contract'
import type { CoolifyApplication } from '../services/coolify-answers.ts'
import type { CoolifyClient } from '../services/coolify-client.ts'
import type { UserActor } from './actor.ts'
import { requireBuildable } from './application-service.ts'
import { requireCoolify, requireDeployable, requireRepositoryUrl } from './application-access.ts'
import { AttemptLimiter } from './attempt-limiter.ts'
import type { Database } from './database.ts'
import { beginDeployment } from './begin-deployment.ts'
import { checkBranch, requirePushed } from './deploy-check.ts'
import { isLogComplete, readDeploymentLog } from './deployment-log.ts'
import { hasEnded, newMetadata, presentDeployment, readMetadata, type StoredMetadata } from './deployment-row.ts'
import { auditDeployment, changeDeployment, lockDeployment } from './deployment-state.ts'
import { requireDeployment, requireEnvironment } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import type { EventFeed } from './event-feed.ts'
import { tellWatched } from './event-log.ts'
import { keepAnswer } from './idempotency.ts'
import { enqueueDeployment } from './job-queue.ts'

const deploysPerMinute = 6

export type DeploymentServiceOptions = {
  db: Database
  feed: EventFeed
  coolify: CoolifyClient | null
  reach: EnvironmentReach
}
export type DeploymentService = ReturnType<typeof createDeploymentService>

export function createDeploymentService({ db, feed, coolify, reach }: DeploymentServiceOptions) {
  const limiter = new AttemptLimiter({ maxAttempts: deploysPerMinute, windowMs: 60_000 })

  return {
    deployApplication: (actor: UserActor, input: DeployRequest) =>
      deploy(actor, input, { kind: 'deploy' }, (application, branch) =>
        input.branch === undefined ? refuseUnnamedBranch(application, branch) : null,
      ),

    /** The same application and branch, or the same image, once more. */
    async redeployApplication(
      actor: UserActor,
      deploymentId: string,
      { allowBranchChange, ...input }: RedeployRequest,
    ): Promise<DeploymentAccepted> {
      requireCoolify(coolify)
      const row = await requireDeployment(actor, deploymentId, db)
      const { kind, branch, rollbackTag: tag } = readMetadata(row)
      const target = { environmentId: row.environment_id, appId: row.app_id }
      const repeats = { redeployOf: row.id }
      if (kind === 'rollback' && tag !== null) return rollBack(actor, { ...target, tag }, repeats)
      const wanted = { ...target, ...input, ...(branch === null ? {} : { branch }) }
      return deploy(actor, wanted, { kind: 'redeploy', ...repeats }, (application, of) =>
        allowBranchChange ? null : refuseOtherBranch(application, of),
      )
    },

    rollBackApplication: (actor: UserActor, input: RollbackRequest) => rollBack(actor, input, {}),

    async checkDeploy(actor: UserActor, environmentId: string, branch: string | null): Promise<DeployCheck> {
      const environment = await requireEnvironment(actor, environmentId, db)
      requireRepositoryUrl(environment)
      return checkBranch(environment, branch, reach)
    },

    async getDeployment(actor: UserActor, deploymentId: string): Promise<Deployment> {
      return presentDeployment(await requireDeployment(actor, deploymentId, db))
    },

    async listDeployments(
      actor: UserActor,
      environmentId: string,
      { before, limit }: DeploymentListQuery,
    ): Promise<DeploymentList> {
      await requireEnvironment(actor, environmentId, db)
      let query = db.selectFrom('deployments').selectAll().where('environment_id', '=', environmentId)
      if (before !== undefined) query = query.where('created_at', '<', new Date(before))
      const rows = await query.orderBy('created_at', 'desc').limit(limit).execute()
      return { deployments: rows.map(presentDeployment) }
    },

    /** Waits up to `waitSeconds` for a line after `after`, or until there will be none. */
    async getDeploymentLog(
      actor: UserActor,
      deploymentId: string,
      { after, waitSeconds, signal }: { after: number; waitSeconds: number; signal: AbortSignal },
    ): Promise<DeploymentLog> {
      const row = await requireDeployment(actor, deploymentId, db)
      if (!hasEnded(row)) await tellWatched(deploymentId, db)
      if (waitSeconds > 0) await waitForNews(deploymentId, after, signal, waitSeconds * 1000)
      return readDeploymentLog(await requireDeployment(actor, deploymentId, db), after, db)
    },

    /**
     * Asks for the end of a deployment. What Coolify has not got ends at once, anything else when Coolify says so.
     * @throws AppError deployment_ended
     */
    async cancelDeployment(actor: UserActor, deploymentId: string): Promise<Deployment> {
      await requireDeployment(actor, deploymentId, db)
      return db.transaction().execute(async (trx) => {
        await lockDeployment(deploymentId, trx)
        const row = await requireDeployment(actor, deploymentId, trx)
        if (row.status === 'cancelled') return presentDeployment(row)
        if (hasEnded(row)) {
          const detail = `The deployment is already "${row.status}"; there is nothing left to cancel.`
          throw new AppError('deployment_ended', detail)
        }
        if (row.sent_at !== null) requireCoolify(coolify)
        const isRepeat = row.cancel_requested_at !== null
        const columns = { cancel_requested_at: row.cancel_requested_at ?? new Date() }
        const change = row.sent_at === null ? { status: 'cancelled' as const, columns } : { columns }
        const changed = await changeDeployment(row, change, trx)
        if (!isRepeat) await auditDeployment(row, 'cancel', { result: 'begun' }, trx)
        // One that is being sent is cancelled as soon as it has a name in Coolify.
        if (row.coolify_deployment_id !== null && !isRepeat) await enqueueDeployment('cancel_deployment', row, trx)
        const deployment = presentDeployment(changed)
        await keepAnswer(actor, deployment, trx)
        return deployment
      })
    },
  }

  async function waitForNews(deploymentId: string, after: number, signal: AbortSignal, waitMs: number): Promise<void> {
    const found = new AbortController()
    const news = feed.waitFor(
      (event) =>
        event.type === 'deployment' &&
        event.deployment.id === deploymentId &&
        (event.deployment.metadata.lastSequence > after || isDeploymentEnded(event.deployment.status)),
      waitMs,
      AbortSignal.any([signal, found.signal]),
    )
    // It may have come before the feed was asked.
    const query = db.selectFrom('deployments').selectAll().where('id', '=', deploymentId)
    const row = await query.executeTakeFirst()
    if (row === undefined || row.last_sequence > after || isLogComplete(row)) found.abort()
    await news
  }

  async function deploy(
    actor: UserActor,
    input: DeployRequest,
    about: Pick<StoredMetadata, 'kind'> & Partial<StoredMetadata>,
    /** Of an application that builds something else; null where it may. */
    refuseChange: (application: CoolifyApplication, branch: string) => AppError | null,
  ): Promise<DeploymentAccepted> {
    const client = requireCoolify(coolify)
    const environment = await requireEnvironment(actor, input.environmentId, db)
    takeAttempt(actor)
    const application = await requireDeployable(environment, input.appId, client, db)
    const check = await checkBranch(environment, input.branch ?? null, reach)
    requireBuildable(check.branch)
    if (!input.allowUnpushed) requirePushed(environment, check)
    const changesBranch = application.gitBranch !== check.branch || application.pinnedCommit !== null
    const refusal = changesBranch ? refuseChange(application, check.branch) : null
    if (refusal !== null) throw refusal
    const metadata = newMetadata({
      ...about,
      applicationName: application.name,
      branch: check.branch,
      changesBranch,
      force: input.force,
    })
    return beginDeployment(actor, { environmentId: environment.id, appId: input.appId, metadata }, db)
  }

  async function rollBack(
    actor: UserActor,
    { environmentId, appId, tag }: RollbackRequest,
    about: Partial<StoredMetadata>,
  ): Promise<DeploymentAccepted> {
    const client = requireCoolify(coolify)
    const environment = await requireEnvironment(actor, environmentId, db)
    takeAttempt(actor)
    const application = await requireDeployable(environment, appId, client, db)
    const metadata = newMetadata({
      ...about,
      kind: 'rollback',
      applicationName: application.name,
      rollbackTag: tag,
    })
    return beginDeployment(actor, { environmentId, appId, metadata }, db)
  }

  function takeAttempt({ userId }: UserActor): void {
    const retryAfterSeconds = limiter.take(userId)
    if (retryAfterSeconds === null) return
    const detail = `${deploysPerMinute} deployments a minute are the limit. Wait a moment, then try again.`
    throw new AppError('rate_limited', detail, { retryAfterSeconds })
  }
}

function refuseUnnamedBranch(application: CoolifyApplication, branch: string): AppError {
  const detail = `${describeBuilds(application)}, and the environment is on "${branch}". Name the branch to deploy it: the application then builds it from now on, for everybody.`
  return new AppError('branch_differs', detail)
}

function refuseOtherBranch(application: CoolifyApplication, branch: string): AppError {
  const detail = `${describeBuilds(application)} by now, and this deployment was of "${branch}". With "allowBranchChange" the application builds it from now on, for everybody.`
  return new AppError('branch_differs', detail)
}

function describeBuilds({ name, gitBranch, pinnedCommit }: CoolifyApplication): string {
  const builds = pinnedCommit === null ? `the branch "${gitBranch ?? ''}"` : `the commit ${pinnedCommit} only`
  return `The application "${name}" builds ${builds}`
}
