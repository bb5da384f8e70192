/** The words in which Coolify tells how a deployment is doing, and what they are in ours. */

/** Of its code (ApplicationDeploymentStatus); `unknown` is what a newer Coolify may say. */
const coolifyStatuses = ['queued', 'in_progress', 'finished', 'failed', 'cancelled-by-user'] as const
export type CoolifyStatus = (typeof coolifyStatuses)[number]

/** How a deployment that Coolify has accepted is doing, in the words of our API. */
export type DeploymentProgress = 'queued' | 'in_progress' | 'finished' | 'failed' | 'cancelled'

export function readCoolifyStatus(status: string): CoolifyStatus | 'unknown' {
  return coolifyStatuses.find((known) => known === status) ?? 'unknown'
}

/** A status that is not known counts as work in progress: it is asked for again, and nothing is given up. */
export function toDeploymentProgress(status: CoolifyStatus | 'unknown'): DeploymentProgress {
  if (status === 'cancelled-by-user') return 'cancelled'
  return status === 'unknown' ? 'in_progress' : status
}

/** Whether nothing follows but the last lines of its log. */
export function isEndedInCoolify(status: CoolifyStatus | 'unknown'): status is CoolifyStatus {
  return status === 'finished' || status === 'failed' || status === 'cancelled-by-user'
}
