/** What the fake Coolify does when it is asked about deployments. */
import { setTimeout as sleep } from 'node:timers/promises'
import { answer, notFound, presentApplication, presentDeployment, unknownRoute } from './answers.ts'
import { isActive, queueDeployment, type Queued } from './life.ts'
import type { FakeHandler } from './request.ts'
import { newUuid, type FakeApplication, type FakeWorld } from './world.ts'

const queueFull = 'Deployment queue is full. Please wait for running deployments to finish.'
const skipped = 'Deployment already queued for this commit.'

export const deploymentRoutes: Record<string, FakeHandler> = {
  'deploy-by-tag-or-uuid': ({ world, query }) => {
    const uuids = (query.get('uuid') ?? '').split(',')
    const apps = world.applications.filter(({ uuid }) => uuids.includes(uuid))
    if (apps.length === 0) return answer({ message: 'No resources found.' }, 404)
    const results = apps.map((app) => deployApplication(world, app, query))
    if (results.includes('queue_full')) return answer({ message: queueFull }, 429, { 'retry-after': '60' })
    return answer({ deployments: results })
  },

  'list-deployments': ({ world }) => {
    const rows = world.deployments.filter(isActive).map((deployment) => presentDeployment(world, deployment))
    const numbered = Object.fromEntries(rows.map((row, index) => [rows.length - 1 - index, row]))
    return { ...answer(world.switches.activeAsObject ? numbered : rows), unchecked: world.switches.logsAsArray }
  },

  'get-deployment-by-uuid': ({ world, parameters }) => {
    const deployment = world.deployments.find(({ uuid }) => uuid === parameters.uuid)
    const app = world.applications.find(({ uuid }) => uuid === deployment?.appUuid)
    if (deployment === undefined || app === undefined) return notFound('Deployment')
    const body = { ...presentDeployment(world, deployment), application: presentApplication(app) }
    return { ...answer(body), unchecked: world.switches.logsAsArray || !isKnownStatus(deployment.status) }
  },

  'list-deployments-by-app-uuid': ({ world, parameters, query }) => {
    if (!world.applications.some(({ uuid }) => uuid === parameters.uuid)) {
      return answer({ message: 'Application not found' }, 404)
    }
    const rows = world.deployments.filter(({ appUuid }) => appUuid === parameters.uuid).reverse()
    const skip = Number(query.get('skip') ?? 0)
    const page = rows.slice(skip, skip + Number(query.get('take') ?? 10))
    const deployments = page.map((deployment) => presentDeployment(world, deployment))
    const unchecked = world.switches.logsAsArray || page.some(({ status }) => !isKnownStatus(status))
    return { ...answer({ count: rows.length, deployments }), unchecked }
  },

  'cancel-deployment-by-uuid': async ({ world, parameters }) => {
    const deployment = world.deployments.find(({ uuid }) => uuid === parameters.uuid)
    if (deployment === undefined) return notFound('Deployment')
    if (!isActive(deployment)) {
      return answer({ message: `Deployment cannot be cancelled. Current status: ${deployment.status}` }, 400)
    }
    deployment.status = 'cancelled-by-user'
    deployment.endedAt = Date.now()
    await sleep(world.switches.cancelMs)
    if (world.switches.cancelFails) return answer({ message: 'Failed to cancel deployment: no such process' }, 500)
    return answer({
      message: 'Deployment cancelled successfully.',
      deployment_uuid: deployment.uuid,
      status: deployment.status,
    })
  },

  'restart-application-by-uuid': ({ world, app }) => {
    if (app === undefined) return notFound('Application')
    const queued = queueDeployment(world, app, { restartOnly: true, isApi: true })
    if (queued.status === 'skipped') return answer({ message: skipped })
    // It does not look whether the queue was full.
    return answer({ message: 'Restart request queued.', deployment_uuid: uuidOf(queued) })
  },

  'list-application-rollback-images': ({ app, world }) => {
    if (!isSince430(world)) return unknownRoute()
    if (app === undefined) return notFound('Application')
    const images = app.images.map(({ tag, createdAt, isCurrent }) => ({
      tag,
      created_at: createdAt,
      is_current: isCurrent,
    }))
    return answer({ current: app.images.find(({ isCurrent }) => isCurrent)?.tag ?? null, images })
  },

  'rollback-application-by-uuid': ({ world, app, body }) => {
    if (!isSince430(world)) return unknownRoute()
    if (app === undefined) return notFound('Application')
    const queued = queueDeployment(world, app, { commit: String(body.commit), rollback: true, isApi: true })
    if (queued.status === 'queue_full') return answer({ message: queueFull }, 400)
    return answer({ message: 'Rollback deployment queued.', deployment_uuid: uuidOf(queued) })
  },
}

function deployApplication(world: FakeWorld, app: FakeApplication, query: URLSearchParams) {
  if (world.switches.denyDeploy) {
    return { message: 'You are not authorized to deploy this application.', resource_uuid: app.uuid }
  }
  const message = `Application ${app.name} deployment queued.`
  if (world.switches.losesDeploys) return { message, resource_uuid: app.uuid, deployment_uuid: newUuid() }
  const queued = queueDeployment(world, app, {
    force: ['true', '1'].includes(query.get('force') ?? ''),
    pr: Number(query.get('pr') ?? query.get('pull_request_id') ?? 0),
    isApi: world.switches.marksApi,
  })
  if (queued.status === 'queue_full') return queued.status
  return {
    message: queued.status === 'skipped' ? skipped : message,
    resource_uuid: app.uuid,
    deployment_uuid: uuidOf(queued),
  }
}

/** One that nobody ever stored when there is none. */
function uuidOf(queued: Queued): string {
  return queued.status === 'queued' ? queued.deployment.uuid : newUuid()
}

function isKnownStatus(status: string): boolean {
  return ['queued', 'in_progress', 'finished', 'failed', 'cancelled-by-user'].includes(status)
}

function isSince430({ switches }: FakeWorld): boolean {
  const [major = 0, minor = 0] = switches.version.split('.').map(Number)
  return major > 4 || (major === 4 && minor >= 3)
}
