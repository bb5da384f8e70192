/**
 * Hands a deployment to Coolify, once. What Coolify had before is written down first; a run that finds such a mark follows
 * one that was cut short, and looks for what that one began before it asks again, once. A run that nothing went before asks
 * a second time when the first request has plainly come to nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { z } from 'zod'
import { readFinalRefusal } from '../lib/coolify-problems.ts'
import type { Database } from '../lib/database.ts'
import { giveUp, isPastDeadline, mostFailedLooks } from '../lib/deployment-deadline.ts'
import { readMetadata, type DeploymentRow } from '../lib/deployment-row.ts'
import { failed, inTrouble, updateDeployment, type DeploymentChange } from '../lib/deployment-state.ts'
import { DeploymentJob, enqueueDeployment } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import type { CoolifyClient, DeployMark, DeployResult } from '../services/coolify-client.ts'
import { CoolifyError } from '../services/coolify-error.ts'

export type SendDeploymentOptions = {
  db: Database
  /** Null when it was taken out of the configuration meanwhile. */
  coolify: CoolifyClient | null
  log: Log
  /** Makes waiting that many times shorter; for tests. */
  haste?: number | undefined
}

/** A request that lost its server may still be on its way for this long. */
const onItsWayMs = 10_000
const lookEveryMs = 2_000
/** How long is looked for one that was asked for twice without an answer. */
const searchMs = 120_000
const againSeconds = 10
const mostSends = 2
/** Coolify's clock may differ from ours by this much. */
const clockDoubtMs = 86_400_000
/** How often Coolify may say that its queue is full. */
const mostRefusals = 5

const Mark: z.ZodType<DeployMark> = z.object({ serverTime: z.string(), knownUuids: z.array(z.string()) })

/** What undoes the mark: nothing was begun. */
const unsent = { deploy_mark: null, sent_at: null, send_count: 0 }

export function createSendDeployment({ db, coolify, log, haste = 1 }: SendDeploymentOptions) {
  /** Looks of this server for what is past its time, as long as nobody answers. */
  const failedLooks = new Map<string, number>()

  return async (payload: unknown, shutdown: AbortSignal): Promise<void> => {
    const row = await findUnsent(DeploymentJob.parse(payload).deploymentId)
    if (row === null) return
    if (coolify === null) return change(row, () => failed('refused', 'This server has no Coolify any more.'))
    try {
      await send(row, coolify, shutdown)
    } catch (error) {
      if (!(error instanceof CoolifyError)) throw error
      log.warn({ deploymentId: row.id, err: error }, 'a deployment could not be sent')
      await takeError(row, error)
    }
  }

  /** Null when there is nothing to send: it has ended, is called off, is late, or Coolify has it. */
  async function findUnsent(deploymentId: string): Promise<DeploymentRow | null> {
    const row = await updateDeployment(
      deploymentId,
      (now) => {
        if (now.status !== 'pending') return null
        if (now.cancel_requested_at !== null && now.sent_at === null) return { status: 'cancelled' }
        // One that may have been sent is looked for first, however late it is.
        return now.deploy_mark === null && isPastDeadline(now) ? giveUp(now, readMetadata(now)) : null
      },
      db,
    )
    return row?.status === 'pending' ? row : null
  }

  async function send(row: DeploymentRow, client: CoolifyClient, shutdown: AbortSignal): Promise<void> {
    const { force, rollbackTag } = readMetadata(row)
    const earlier = row.deploy_mark === null ? null : Mark.parse(row.deploy_mark)
    if (earlier !== null) {
      const found = await findLost(row, earlier, client, shutdown)
      if (found !== null) return take(row, { kind: 'found', deploymentUuid: found })
      if (isPastDeadline(row)) return change(row, (now) => giveUp(now, readMetadata(now)))
      if (row.send_count >= mostSends) return searchOn(row)
    }
    if (row.send_count === 0 && !(await prepareApplication(row, client))) return
    const mark = earlier ?? (await client.markBeforeDeploy(row.app_id))
    if (!(await noteSending(row, mark))) return
    const maxRequests = row.send_count === 0 ? mostSends : 1
    const options = { mark: await withoutOthers(row, mark), maxRequests, signal: shutdown }
    const asked =
      rollbackTag === null
        ? client.deploy(row.app_id, { force, ...options })
        : client.rollback(row.app_id, rollbackTag, options)
    await takeResult(row, await asked.catch(toRefusal))
  }

  /** Lets the application build the branch that was asked for. Answers false when it does not. */
  async function prepareApplication(row: DeploymentRow, client: CoolifyClient): Promise<boolean> {
    const { branch, changesBranch } = readMetadata(row)
    if (branch === null) return true
    const application = await client.getApplication(row.app_id)
    if (application === null) {
      await change(row, () => failed('application_gone', 'Coolify has no such application any more.'))
      return false
    }
    if (application.gitBranch === branch && application.pinnedCommit === null) return true
    if (!changesBranch) {
      const words = `The application builds "${application.pinnedCommit ?? application.gitBranch ?? ''}" by now, and not "${branch}".`
      await change(row, () => failed('refused', words))
      return false
    }
    await client.updateApplication(row.app_id, { gitBranch: branch })
    return true
  }

  /** What another deployment of ours began is not this one's. One that adopted its own may have taken this one's. */
  async function withoutOthers({ id, app_id: appId }: DeploymentRow, mark: DeployMark): Promise<DeployMark> {
    const held = await db
      .selectFrom('deployments')
      .select('coolify_deployment_id')
      .where('app_id', '=', appId)
      .where('id', '!=', id)
      .where(sql<boolean>`metadata->'adopted' is distinct from 'true'`)
      .where('updated_at', '>=', new Date(Date.parse(mark.serverTime) - clockDoubtMs))
      .execute()
    const others = held.flatMap(({ coolify_deployment_id: uuid }) => uuid ?? [])
    return { ...mark, knownUuids: [...mark.knownUuids, ...others] }
  }

  async function findLost(
    row: DeploymentRow,
    earlier: DeployMark,
    client: CoolifyClient,
    shutdown: AbortSignal,
  ): Promise<string | null> {
    const { rollbackTag } = readMetadata(row)
    const wanted = rollbackTag === null ? {} : { imageTag: rollbackTag }
    const mark = await withoutOthers(row, earlier)
    const until = (row.sent_at?.getTime() ?? 0) + onItsWayMs / haste
    for (;;) {
      const found = await client.findDeployed(row.app_id, mark, wanted)
      if (found !== null) return found.deploymentUuid
      if (Date.now() > until) return null
      await sleep(lookEveryMs / haste, null, { signal: shutdown })
    }
  }

  /** Committed before Coolify is asked. Answers false when it was called off meanwhile. */
  async function noteSending({ id }: DeploymentRow, mark: DeployMark): Promise<boolean> {
    let mayBeSent = false
    await updateDeployment(
      id,
      (row) => {
        mayBeSent = row.status === 'pending'
        if (!mayBeSent) return null
        const columns = {
          deploy_mark: mark,
          sent_at: row.sent_at ?? new Date(),
          send_count: row.send_count + 1,
        }
        return { columns }
      },
      db,
    )
    return mayBeSent
  }

  async function takeResult(row: DeploymentRow, result: DeployResult): Promise<void> {
    if (result.kind === 'refused') {
      const words = `Coolify refused: ${result.message}`
      return change(row, () => failed('refused', words))
    }
    if (result.kind !== 'queue_full') return take(row, result)
    const words = 'The list of deployments on the server is full; it is tried again.'
    await tryAgain(row, result.retryAfterS, (now) => {
      const refused_count = now.refused_count + 1
      if (refused_count > mostRefusals) {
        return failed('queue_full', `Coolify's list of deployments was full ${refused_count} times.`)
      }
      return { ...inTrouble(now, 'queue_full', words), columns: { ...unsent, refused_count } }
    })
  }

  async function take(
    row: DeploymentRow,
    { kind, deploymentUuid }: Extract<DeployResult, { deploymentUuid: string }>,
  ): Promise<void> {
    await updateDeployment(
      row.id,
      async (now, trx) => {
        if (now.cancel_requested_at !== null) await enqueueDeployment('cancel_deployment', now, trx)
        const metadata = { adopted: kind === 'adopted', trouble: null }
        return { status: 'queued', columns: { coolify_deployment_id: deploymentUuid }, metadata }
      },
      db,
    )
  }

  async function searchOn(row: DeploymentRow): Promise<void> {
    const sentAt = row.sent_at?.getTime() ?? 0
    if (Date.now() - sentAt < searchMs / haste) return tryAgain(row, againSeconds, () => ({}))
    const reason =
      'Coolify did not answer when it was asked to deploy, and lists no such deployment. Look into Coolify before you deploy again.'
    await change(row, () => failed('unknown_outcome', reason))
  }

  async function takeError(row: DeploymentRow, error: CoolifyError): Promise<void> {
    const refusal = error.outcomeUnknown ? null : readFinalRefusal(error)
    if (refusal !== null) return change(row, () => failed(refusal.code, refusal.reason))
    if (isPastDeadline(row) && countFailedLook(row) >= mostFailedLooks) {
      failedLooks.delete(row.id)
      return change(row, (now) => giveUp(now, readMetadata(now)))
    }
    const code = error.code === 'rate_limited' ? 'rate_limited' : 'unreachable'
    await tryAgain(row, error.retryAfterS ?? againSeconds, (now) => ({
      ...inTrouble(now, code, error.message),
      columns: afterError(row, error),
    }))
  }

  function countFailedLook({ id }: DeploymentRow): number {
    const looks = (failedLooks.get(id) ?? 0) + 1
    failedLooks.set(id, looks)
    return looks
  }

  function afterError(row: DeploymentRow, { outcomeUnknown }: CoolifyError): NonNullable<DeploymentChange['columns']> {
    // The client has looked for it and asked twice already.
    if (outcomeUnknown) return { send_count: mostSends }
    // Nothing was begun, by this run at least.
    return row.send_count === 0 ? unsent : {}
  }

  async function change(row: DeploymentRow, decide: (now: DeploymentRow) => DeploymentChange): Promise<void> {
    await updateDeployment(row.id, (now) => (now.status === 'pending' ? decide(now) : null), db)
  }

  /** Later, by whichever server is there then. */
  async function tryAgain(
    row: DeploymentRow,
    seconds: number,
    decide: (now: DeploymentRow) => DeploymentChange,
  ): Promise<void> {
    await updateDeployment(
      row.id,
      async (now, trx) => {
        if (now.status !== 'pending') return null
        const decided = decide(now)
        if (decided.status === undefined) await enqueueDeployment('send_deployment', now, trx, seconds / haste)
        return decided
      },
      db,
    )
  }
}

/** An answer that makes no sense, although it is plain that nothing was begun: it would make none the next time. */
function toRefusal(error: unknown): DeployResult {
  const isSenseless = error instanceof CoolifyError && error.code === 'bad_response' && !error.outcomeUnknown
  if (!isSenseless) throw error
  return { kind: 'refused', message: error.message }
}
