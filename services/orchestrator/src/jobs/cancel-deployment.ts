/**
 * Asks Coolify to cancel a deployment. An answer that says it failed may be wrong (before Coolify 4.3.7), so what counts is
 * what Coolify tells of the deployment afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../lib/database.ts'
import { writeObservation } from '../lib/deployment-observation.ts'
import { hasEnded, type DeploymentRow } from '../lib/deployment-row.ts'
import { inTrouble, updateDeployment } from '../lib/deployment-state.ts'
import { DeploymentJob } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import type { CoolifyClient } from '../services/coolify-client.ts'
import { CoolifyError } from '../services/coolify-error.ts'

export type CancelDeploymentOptions = {
  db: Database
  coolify: CoolifyClient | null
  log: Log
  /** Makes waiting that many times shorter; for tests. */
  haste?: number | undefined
}

/** Before another attempt. */
const pausesMs = [0, 2_000, 5_000]

export function createCancelDeployment({ db, coolify, log, haste = 1 }: CancelDeploymentOptions) {
  return async (payload: unknown, shutdown: AbortSignal): Promise<void> => {
    const { deploymentId } = DeploymentJob.parse(payload)
    const query = db.selectFrom('deployments').selectAll().where('id', '=', deploymentId)
    const row = await query.executeTakeFirst()
    const coolifyId = row?.coolify_deployment_id ?? null
    if (row === undefined || coolify === null || coolifyId === null || hasEnded(row)) return
    let words = 'Coolify goes on with it although it was asked to cancel.'
    for (const pauseMs of pausesMs) {
      await sleep(pauseMs / haste, null, { signal: shutdown })
      try {
        await coolify.cancel(coolifyId)
      } catch (error) {
        words = describe(error)
        log.warn({ deploymentId, err: error }, 'a deployment could not be cancelled')
      }
      if (await isOver(row, coolifyId, coolify)) return
    }
    const reason = `It was not cancelled. ${words}`
    await updateDeployment(
      deploymentId,
      (now) =>
        hasEnded(now) ? null : { ...inTrouble(now, 'cancel_failed', reason), columns: { cancel_requested_at: null } },
      db,
    )
  }

  /** Written down at once, so that nobody waits for the poller. */
  async function isOver({ id }: DeploymentRow, coolifyId: string, client: CoolifyClient): Promise<boolean> {
    try {
      const seen = await client.getDeployment(coolifyId)
      if (seen === null) return true
      const now = await writeObservation(id, seen, db)
      return now === null || hasEnded(now)
    } catch (error) {
      describe(error)
      return false
    }
  }
}

/** @throws what is no answer of Coolify. */
function describe(error: unknown): string {
  if (error instanceof CoolifyError) return error.message
  throw error
}
