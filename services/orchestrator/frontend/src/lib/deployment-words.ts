/** Deployments and applications as people read them. */
import { isDeploymentEnded, type Application, type Deployment, type DeploymentStatus } from '@craftastic/contract'
import type { Tone } from './status'

interface Presentation {
  word: string
  tone: Tone
}

const words: Record<DeploymentStatus, Presentation> = {
  pending: { word: 'Waiting', tone: 'busy' },
  queued: { word: 'Queued', tone: 'busy' },
  in_progress: { word: 'Deploying', tone: 'busy' },
  finished: { word: 'Finished', tone: 'running' },
  failed: { word: 'Failed', tone: 'error' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
}

/** Between the wish to cancel and Coolify's word that it did so, that wish says most. */
export function presentDeployment({ status, metadata }: Pick<Deployment, 'status' | 'metadata'>): Presentation {
  if (metadata.cancelRequestedAt !== null && !isDeploymentEnded(status)) return { word: 'Cancelling', tone: 'busy' }
  return words[status]
}

/** Such as `1a2b3c4`; names that are no commit, such as the tag of an image, stay as they are. */
export function shortCommit(name: string): string {
  return /^[0-9a-f]{40,64}$/.test(name) ? name.slice(0, 7) : name
}

/** First line of the commit's message, else what was asked for. */
export function deploymentTitle({ metadata }: Pick<Deployment, 'metadata'>): string {
  const { kind, branch, commitMessage, rollbackTag } = metadata
  if (kind === 'rollback') return `Roll back to ${rollbackTag === null ? 'an earlier image' : shortCommit(rollbackTag)}`
  const subject = commitMessage?.trim().split('\n', 1)[0]
  if (subject) return subject
  const verb = kind === 'redeploy' ? 'Redeploy' : 'Deploy'
  return branch === null ? verb : `${verb} ${branch}`
}

/** How long it has taken so far, in milliseconds; null before it begins and where its end is not known. */
export function deploymentMs({ status, metadata }: Pick<Deployment, 'status' | 'metadata'>, nowMs: number) {
  const { startedAt, endedAt } = metadata
  if (startedAt === null) return null
  if (endedAt === null) return isDeploymentEnded(status) ? null : nowMs - Date.parse(startedAt)
  return Date.parse(endedAt) - Date.parse(startedAt)
}

/** While there is no line of its log: why not. */
export function emptyLogWords({ status }: Pick<Deployment, 'status'>, complete: boolean): string {
  if (complete) return 'Nothing was written.'
  if (status === 'pending') return 'The log begins once Coolify has taken the deployment.'
  return status === 'queued' ? 'The log begins when it is this deployment’s turn.' : 'Nothing was written yet.'
}

const applicationWords: Record<string, Presentation> = {
  running: { word: 'Running', tone: 'running' },
  'running:unhealthy': { word: 'Running, unhealthy', tone: 'error' },
  exited: { word: 'Not running', tone: 'stopped' },
  starting: { word: 'Starting', tone: 'busy' },
  restarting: { word: 'Restarting', tone: 'busy' },
  degraded: { word: 'Degraded', tone: 'error' },
}

/** Coolify's word for how an application is, such as `running:healthy`; null where it says nothing that is known. */
export function presentApplication({ status }: Pick<Application, 'status'>): Presentation | null {
  if (status === null) return null
  return applicationWords[status] ?? applicationWords[status.split(':')[0] ?? ''] ?? null
}
