/**
 * Follows all deployments that have not ended, by asking Coolify: one poller for each connection, on one of the servers,
 * whatever number of people look on. What there is to follow stands in the database, so that a server that starts, or
 * takes over, goes on where the last one was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DeploymentStatus } from '@craftastic/contract'
import type { CoolifyClient } from '../services/coolify-client.ts'
import { CoolifyError } from '../services/coolify-error.ts'
import { toDeploymentProgress } from '../services/coolify-status.ts'
import { describeRefusal, isTokenRefused } from './coolify-problems.ts'
import type { Database } from './database.ts'
import { failOverdue, isPastDeadline, mostFailedLooks } from './deployment-deadline.ts'
import { writeForgotten, writeObservation } from './deployment-observation.ts'
import { calmMs, isForgotten, listEveryMs, listFrom, nextDelayMs, watchedMs } from './deployment-pace.ts'
import { findFollowedDeployments, hasEnded, readMetadata, type DeploymentRow } from './deployment-row.ts'
import { inTrouble, updateDeployment } from './deployment-state.ts'
import type { EventFeed } from './event-feed.ts'
import { findLiveSends } from './job-queue.ts'
import { leadInTurn } from './leadership.ts'
import type { Log } from './log.ts'

export type DeploymentPollerOptions = {
  db: Database
  feed: EventFeed
  coolify: CoolifyClient
  log: Log
  /** Makes all times that many times shorter; for tests. */
  haste?: number | undefined
}

/** Looked for at least this often, should an announcement have been missed. */
const sweepMs = 5_000
/** How long the whole connection rests when the token was refused. */
const refusedMs = 60_000
/** Requests at the same time. */
const atOnce = 4

/** What is known of one deployment between two looks; it is lost with the server, and may be. */
type Followed = {
  nextAt: number
  status: string
  asked: number
  failures: number
  /** Looks since Coolify last said anything of it, whatever kept it from that. */
  unheard: number
  misses: number
  missingSince: number
  /** What the list says of it is enough. */
  calm: boolean
}

/** Answers how to end it and wait for it. */
export function startDeploymentPoller(options: DeploymentPollerOptions): () => Promise<void> {
  const { db, feed, coolify, log, haste = 1 } = options
  const stopping = new AbortController()
  const { signal } = stopping
  const followed = new Map<string, Followed>()
  /** Until when those count as watched whose log was read. */
  const watched = new Map<string, number>()
  let restsUntil = 0
  let listedAt = 0
  let wake = () => {}
  const unsubscribe = feed.subscribe(({ event }) => {
    if (event.type === 'deployment') wake()
  })
  const unsubscribeWatched = feed.subscribeWatched((deploymentId) => {
    const isNew = !isWatched(deploymentId)
    watched.set(deploymentId, Date.now() + watchedMs / haste)
    const state = followed.get(deploymentId)
    if (state === undefined || !isNew || !isListed()) return
    state.nextAt = 0
    wake()
  })
  const done = leadInTurn({ name: 'follow deployments', work: follow, signal, db, log })
  return async () => {
    unsubscribe()
    unsubscribeWatched()
    stopping.abort()
    wake()
    await done
  }

  async function follow(confirm: () => Promise<void>): Promise<void> {
    followed.clear()
    let isFirst = true
    while (!signal.aborted) {
      const nudged = Promise.withResolvers<null>()
      wake = () => nudged.resolve(null)
      await confirm()
      const rows = await readFollowed(isFirst)
      isFirst = false
      if (Date.now() >= restsUntil) {
        await lookAtList(rows)
        await lookAtDue(rows)
      }
      const ended = new AbortController()
      await Promise.race([
        nudged.promise,
        sleep(untilNext(), null, { signal: ended.signal, ref: false }).catch(() => {}),
      ])
      ended.abort()
    }
  }

  /** At the start everything is looked at at once, later each new one after its first delay. */
  async function readFollowed(isFirst: boolean): Promise<DeploymentRow[]> {
    const rows = await findFollowedDeployments(db)
    const known = rows.filter((row) => row.coolify_deployment_id !== null)
    await failAbandoned(rows.filter((row) => row.coolify_deployment_id === null))
    const ids = new Set(known.map(({ id }) => id))
    for (const id of followed.keys()) if (!ids.has(id)) followed.delete(id)
    for (const id of watched.keys()) if (!isWatched(id)) watched.delete(id)
    for (const row of known) {
      if (followed.has(row.id)) continue
      const counts = { asked: 0, failures: 0, unheard: 0, misses: 0, missingSince: 0 }
      const fresh = { nextAt: 0, status: row.status, ...counts, calm: false }
      followed.set(row.id, fresh)
      if (!isFirst) schedule(row, fresh)
    }
    return known
  }

  /** What Coolify has not got is the business of the job that sends it, as long as there is one. */
  async function failAbandoned(unnamed: readonly DeploymentRow[]): Promise<void> {
    const late = unnamed.filter((row) => !hasEnded(row) && isPastDeadline(row))
    const live = await findLiveSends(
      late.map(({ id }) => id),
      db,
    )
    await failOverdue(
      late.filter(({ id }) => !live.has(id)),
      db,
    )
  }

  function untilNext(): number {
    const listAt = isListed() ? listedAt + listEveryMs / haste : Infinity
    const next = Math.min(...[...followed.values()].map(({ nextAt }) => nextAt), listAt, Date.now() + sweepMs)
    return Math.max(1, Math.max(next, restsUntil) - Date.now())
  }

  function schedule(row: DeploymentRow, state: Followed): void {
    if (state.status !== row.status) state.asked = 0
    state.status = row.status
    const ended = hasEnded(row)
    const since = ended ? row.ended_at : row.started_at
    const pace = {
      status: DeploymentStatus.parse(row.status),
      asked: ended ? 2 - row.log_reads_left : state.asked,
      elapsedMs: since === null ? 0 : (Date.now() - since.getTime()) * haste,
      failures: state.failures,
      followed: [...followed.values()].filter(({ calm }) => !calm).length,
      listed: isListed(),
    }
    state.nextAt = Date.now() + nextDelayMs(pace, Math.random()) / haste
  }

  function isWatched(deploymentId: string): boolean {
    return (watched.get(deploymentId) ?? 0) > Date.now()
  }

  function isListed(): boolean {
    return followed.size >= listFrom
  }

  /** With many at once, one request tells which of them moved. Of the others only those are asked for that somebody watches. */
  async function lookAtList(rows: readonly DeploymentRow[]): Promise<void> {
    if (!isListed() || Date.now() < listedAt + listEveryMs / haste) return
    listedAt = Date.now()
    try {
      const active = await coolify.listActiveDeployments(signal)
      const statuses = new Map(
        active.map(({ deploymentUuid, status }) => [deploymentUuid, toDeploymentProgress(status)]),
      )
      for (const row of rows) {
        const state = followed.get(row.id)
        if (state === undefined || hasEnded(row) || state.failures + state.misses > 0) continue
        const moved = statuses.get(row.coolify_deployment_id ?? '') !== row.status
        state.calm = !moved && isCalm(row)
        if (moved) state.nextAt = 0
        else if (state.calm) state.nextAt = Math.max(state.nextAt, Date.now() + calmMs / haste)
      }
    } catch (error) {
      // What it would have kept from being asked for is asked for in a moment.
      await takeFailure(error, [])
    }
  }

  /** Whether nobody needs to know more than what the list says. */
  function isCalm(row: DeploymentRow): boolean {
    return !isWatched(row.id) && !isPastDeadline(row) && readMetadata(row).trouble === null
  }

  async function lookAtDue(rows: readonly DeploymentRow[]): Promise<void> {
    const due = rows.filter((row) => (followed.get(row.id)?.nextAt ?? Infinity) <= Date.now())
    const line = due.values()
    const work = async () => {
      for (const row of line) {
        if (signal.aborted || Date.now() < restsUntil) return
        await lookAt(row)
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  async function lookAt(row: DeploymentRow): Promise<void> {
    const state = followed.get(row.id)
    if (state === undefined || row.coolify_deployment_id === null) return
    state.calm = false
    let now: DeploymentRow | null = row
    try {
      const seen = await coolify.getDeployment(row.coolify_deployment_id, signal)
      state.failures = 0
      state.unheard = 0
      state.asked += 1
      if (seen === null) return await takeMiss(row, state)
      state.misses = 0
      if (seen.status === 'unknown') {
        log.warn({ deploymentId: row.id, status: seen.rawStatus }, 'Coolify tells a status that is not known')
      }
      now = await writeObservation(row.id, seen, db)
    } catch (error) {
      await takeFailure(error, [row])
    } finally {
      if (now !== null) schedule(now, state)
    }
  }

  async function takeMiss(row: DeploymentRow, state: Followed): Promise<void> {
    if (state.misses === 0) state.missingSince = Date.now()
    state.misses += 1
    if (hasEnded(row) || isForgotten(state.misses, (Date.now() - state.missingSince) * haste)) {
      await writeForgotten(row.id, db)
    }
  }

  /** @param asked Those that the request was about. */
  async function takeFailure(error: unknown, asked: readonly DeploymentRow[]): Promise<void> {
    if (signal.aborted) return
    if (!(error instanceof CoolifyError)) {
      // It is about these: the others are followed on. Without a database, `confirm` ends it for all.
      log.error({ err: error, deploymentIds: asked.map(({ id }) => id) }, 'a deployment could not be followed')
      return countFailure(asked)
    }
    if (error.code === 'rate_limited') return rest((error.retryAfterS ?? 60) * 1000, 'rate_limited', error.message)
    if (isTokenRefused(error)) {
      log.warn({ code: error.code }, 'Coolify refuses the token: deployments are not followed')
      return rest(refusedMs, 'token_refused', describeRefusal(error))
    }
    await countFailure(asked)
    const again = asked.filter(({ id }) => (followed.get(id)?.failures ?? 0) > 1)
    await tellTrouble(again, 'unreachable', error.message)
  }

  async function countFailure(asked: readonly DeploymentRow[]): Promise<void> {
    for (const { id } of asked) {
      const state = followed.get(id)
      if (state === undefined) continue
      state.failures += 1
      state.unheard += 1
    }
    await failUnheard(asked)
  }

  /** Nothing is asked for a while, of any of them. */
  async function rest(ms: number, code: 'rate_limited' | 'token_refused', reason: string): Promise<void> {
    // Requests that were under way together are told the same.
    if (Date.now() < restsUntil) return
    restsUntil = Date.now() + ms / haste
    for (const state of followed.values()) state.unheard += 1
    const rows = await findFollowedDeployments(db)
    await tellTrouble(rows, code, reason)
    await failUnheard(rows)
  }

  async function failUnheard(rows: readonly DeploymentRow[]): Promise<void> {
    await failOverdue(
      rows.filter(({ id }) => (followed.get(id)?.unheard ?? 0) >= mostFailedLooks),
      db,
    )
  }

  async function tellTrouble(
    rows: readonly DeploymentRow[],
    code: 'rate_limited' | 'token_refused' | 'unreachable',
    reason: string,
  ): Promise<void> {
    for (const { id } of rows) {
      await updateDeployment(id, (row) => (hasEnded(row) ? null : inTrouble(row, code, reason)), db)
    }
  }
}
