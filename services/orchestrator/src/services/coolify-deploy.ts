/**
 * Deploying once. Coolify has no idempotency keys, gives out identifiers of deployments that it never stores, and may
 * do what it was asked although its answer got lost. So every identifier is confirmed by asking for it, and a request
 * without an answer is followed by a look at what there is, never by the same request.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DeployAnswer, QueuedAnswer, type CoolifyDeployment } from './coolify-answers.ts'
import type { CoolifyClient, DeployMark, DeployResult, WantedDeployment } from './coolify-client.ts'
import type { CoolifyConnection } from './coolify-connection.ts'
import type { createCoolifyDeployments } from './coolify-deployments.ts'
import { CoolifyError } from './coolify-error.ts'
import { requireUuid } from './coolify-paths.ts'

/** How far back is looked for a deployment whose answer got lost. */
const newestCount = 5
/** A second request is made once, and only when the first one has plainly come to nothing. */
const usualRequests = 2
/** When Coolify does not say how long its queue stays full. */
const queueFullRetryS = 60

type Deploys = Pick<CoolifyClient, 'markBeforeDeploy' | 'deploy' | 'findDeployed' | 'rollback' | 'restart'>

/** What Coolify says to a request for a deployment. */
type Queued = { message: string; deploymentUuid: string | null }

type Attempt = {
  appUuid: string
  wanted: WantedDeployment
  mark: DeployMark | undefined
  maxRequests?: number | undefined
  signal: AbortSignal | undefined
  request(): Promise<Queued>
}

export function createCoolifyDeploys(
  connection: CoolifyConnection,
  deployments: Pick<ReturnType<typeof createCoolifyDeployments>, 'listNewest' | 'getDeployment'>,
): Deploys {
  const markBeforeDeploy = async (appUuid: string, signal?: AbortSignal): Promise<DeployMark> => {
    const { deployments: newest, date } = await deployments.listNewest(appUuid, newestCount, signal)
    return {
      serverTime: (date ?? new Date(0)).toISOString(),
      knownUuids: newest.map(({ deploymentUuid }) => deploymentUuid),
    }
  }

  const findDeployed = async (appUuid: string, mark: DeployMark, wanted: WantedDeployment, signal?: AbortSignal) => {
    const { deployments: newest } = await deployments.listNewest(appUuid, newestCount, signal)
    const since = newest.filter((deployment) => isSince(deployment, mark) && isWanted(deployment, wanted))
    // The oldest is the nearest to the request. Versions that do not mark what /deploy begins have none of the first.
    return since.findLast(({ isApi }) => isApi) ?? since.findLast(({ isWebhook }) => !isWebhook) ?? null
  }

  /** Looks more than once: Coolify may still be working on a request that nobody waits for any more. */
  const findLost = async ({ appUuid, wanted, signal }: Attempt, mark: DeployMark, lost: CoolifyError) => {
    try {
      for (const waitMs of connection.timing.lookAgainMs) {
        await sleep(waitMs, undefined, { signal })
        const found = await findDeployed(appUuid, mark, wanted, signal)
        if (found !== null) return found
      }
      return null
    } catch (error) {
      if (!(error instanceof CoolifyError)) throw error
      // It stays open whether there is one.
      throw new CoolifyError(lost.code, lost.message, { status: lost.status, outcomeUnknown: true })
    }
  }

  const findActive = async ({ appUuid, wanted, signal }: Attempt) => {
    const { deployments: newest } = await deployments.listNewest(appUuid, newestCount, signal)
    return newest.find(
      (deployment) => isActive(deployment) && deployment.pr === (wanted.pr ?? 0) && canReplace(deployment, wanted),
    )
  }

  const isStored = async (deploymentUuid: string, { signal }: Attempt) => {
    try {
      return (await deployments.getDeployment(deploymentUuid, signal)) !== null
    } catch (error) {
      if (!(error instanceof CoolifyError)) throw error
      throw new CoolifyError(error.code, error.message, { status: error.status, outcomeUnknown: true })
    }
  }

  /** Null when the request came to nothing. */
  const tryOnce = async (attempt: Attempt, mark: DeployMark, isLast: boolean): Promise<DeployResult | null> => {
    let queued: Queued
    try {
      queued = await attempt.request()
    } catch (error) {
      if (!(error instanceof CoolifyError)) throw error
      if (error.code === 'queue_full') {
        return { kind: 'queue_full', retryAfterS: error.retryAfterS ?? queueFullRetryS }
      }
      if (!error.outcomeUnknown) throw error
      const lost = await findLost(attempt, mark, error)
      if (lost !== null) return { kind: 'found', deploymentUuid: lost.deploymentUuid }
      if (isLast) throw error
      return null
    }
    const { deploymentUuid, message } = queued
    if (deploymentUuid !== null && (await isStored(deploymentUuid, attempt))) return { kind: 'created', deploymentUuid }
    const active = await findActive(attempt)
    if (deploymentUuid === null && (active === undefined || !/already queued/i.test(message))) {
      return { kind: 'refused', message }
    }
    return active === undefined ? null : { kind: 'adopted', deploymentUuid: active.deploymentUuid }
  }

  const deployOnce = async (attempt: Attempt, whenNothing: () => DeployResult): Promise<DeployResult> => {
    const mark = attempt.mark ?? (await markBeforeDeploy(attempt.appUuid, attempt.signal))
    if (attempt.mark !== undefined) {
      const earlier = await findDeployed(attempt.appUuid, mark, attempt.wanted, attempt.signal)
      if (earlier !== null) return { kind: 'found', deploymentUuid: earlier.deploymentUuid }
    }
    const { maxRequests = usualRequests } = attempt
    for (let requests = 1; requests <= maxRequests; requests++) {
      const result = await tryOnce(attempt, mark, requests === maxRequests)
      if (result !== null) return result
    }
    return whenNothing()
  }

  const failPhantom = (): never => {
    const message = 'Coolify answers with deployments that it does not know. Nothing was deployed.'
    throw new CoolifyError('bad_response', message)
  }

  return {
    markBeforeDeploy: (appUuid) => markBeforeDeploy(appUuid),
    findDeployed: (appUuid, mark, wanted = {}) => findDeployed(appUuid, mark, wanted),

    deploy: async (appUuid, { force = false, pr, mark, maxRequests, signal } = {}) => {
      const query = {
        uuid: requireUuid(appUuid),
        force: String(force),
        ...(pr === undefined ? {} : { pr: String(pr) }),
      }
      const request = async (): Promise<Queued> => {
        const { value } = await connection.ask({ method: 'POST', path: '/deploy', query, signal }, DeployAnswer)
        const item = value.deployments.find(({ resource_uuid: uuid }) => uuid === appUuid)
        return { message: item?.message ?? 'Coolify does not say why.', deploymentUuid: item?.deployment_uuid ?? null }
      }
      return deployOnce({ appUuid, wanted: { pr }, mark, maxRequests, signal, request }, failPhantom)
    },

    rollback: async (appUuid, imageTag, { mark, maxRequests, signal } = {}) => {
      const path = `/applications/${requireUuid(appUuid)}/rollback`
      const request = () => askQueued({ path, body: { commit: imageTag }, signal })
      return deployOnce({ appUuid, wanted: { imageTag }, mark, maxRequests, signal, request }, failPhantom)
    },

    restart: async (appUuid, { mark, signal } = {}) => {
      const path = `/applications/${requireUuid(appUuid)}/restart`
      const attempt = {
        appUuid,
        wanted: { restartOnly: true },
        mark,
        signal,
        request: () => askQueued({ path, signal }),
      }
      // This route alone says nothing of a full queue: it answers with a deployment that was never stored.
      return deployOnce(attempt, () => ({ kind: 'queue_full', retryAfterS: queueFullRetryS }))
    },
  }

  async function askQueued(call: { path: string; body?: unknown; signal: AbortSignal | undefined }): Promise<Queued> {
    const { value } = await connection.ask({ method: 'POST', ...call }, QueuedAnswer)
    return { message: value.message, deploymentUuid: value.deployment_uuid ?? null }
  }
}

function isSince({ createdAt, deploymentUuid }: CoolifyDeployment, mark: DeployMark): boolean {
  return createdAt.getTime() >= Date.parse(mark.serverTime) && !mark.knownUuids.includes(deploymentUuid)
}

function isActive({ status }: CoolifyDeployment): boolean {
  return status === 'queued' || status === 'in_progress'
}

/** Another deployment does in place of a wanted one, never in place of a rollback. */
function canReplace(deployment: CoolifyDeployment, wanted: WantedDeployment): boolean {
  return wanted.imageTag === undefined || isWanted(deployment, wanted)
}

function isWanted(deployment: CoolifyDeployment, { pr = 0, imageTag, restartOnly = false }: WantedDeployment): boolean {
  if (deployment.pr !== pr || deployment.restartOnly !== restartOnly) return false
  return deployment.rollback === (imageTag !== undefined) && (imageTag === undefined || deployment.commit === imageTag)
}
