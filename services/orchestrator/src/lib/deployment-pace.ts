/** When Coolify is asked for a deployment again. All rules of time stand here, without a clock. */
import type { DeploymentStatus } from '@craftastic/contract'

/** Of the 200 requests a minute that Coolify grants all tokens of a user together, half. */
const requestsPerMinute = 100
/** 20 % either way, so that deployments which began together do not stay in step. */
const jitter = 0.2

const firstMs = 1_000
const queuedMs = { first: 3_000, factor: 1.5, most: 15_000 }
/** While it builds, by how long it has: the steps of a short build are worth seeing. */
const buildingMs = [
  { until: 60_000, delay: 2_000 },
  { until: 300_000, delay: 4_000 },
] as const
const longBuildMs = 8_000
/** Coolify writes the last lines after the status. */
const afterEndMs = [3_000, 10_000] as const
const longestMs = 60_000

export type Pace = {
  status: DeploymentStatus
  /** How often it was asked for in this status. */
  asked: number
  /** For how long it has been in progress, or has ended. */
  elapsedMs: number
  /** Failures one after the other. */
  failures: number
  /** How many are asked for one by one at the same time. */
  followed: number
  /** Whether the list of all is asked for as well. */
  listed: boolean
}

/** @param random From 0 to 1. */
export function nextDelayMs(pace: Pace, random: number): number {
  const listsPerMinute = pace.listed ? 60_000 / listEveryMs : 0
  const usual = Math.max(usualDelayMs(pace), (pace.followed * 60_000) / (requestsPerMinute - listsPerMinute))
  const slowed = Math.min(usual * 2 ** Math.min(pace.failures, 10), Math.max(longestMs, usual))
  return Math.round(slowed * (1 - jitter + 2 * jitter * random))
}

function usualDelayMs({ status, asked, elapsedMs }: Pace): number {
  if (status === 'finished' || status === 'failed' || status === 'cancelled') {
    return Math.max(0, (afterEndMs[asked] ?? afterEndMs[1]) - elapsedMs)
  }
  if (status !== 'in_progress') {
    if (asked === 0) return firstMs
    return Math.min(queuedMs.first * queuedMs.factor ** (asked - 1), queuedMs.most)
  }
  return buildingMs.find(({ until }) => elapsedMs < until)?.delay ?? longBuildMs
}

/** This many followed at once are first looked for in the list of all that are active. */
export const listFrom = 11
export const listEveryMs = 4_000
/** One of which the list says that nothing moved is not asked for, as long as the list goes on to say so. */
export const calmMs = 3 * listEveryMs
/** For how long one is asked for at the usual pace, so that its lines come, after somebody read its log. */
export const watchedMs = 60_000

/** Whether Coolify does not know a deployment any more, and has not only lost sight of it. */
export function isForgotten(misses: number, sinceMs: number): boolean {
  return misses >= 3 && sinceMs >= 30_000
}
