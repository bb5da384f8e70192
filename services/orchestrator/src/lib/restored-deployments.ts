/**
 * Deployments that a backup holds in the middle: their jobs are not in it, and the installation that it was made of may
 * have gone on with them.
 */
import { findFollowedDeployments, hasEnded, type DeploymentRow } from './deployment-row.ts'
import { changeDeployment, lockDeployment } from './deployment-state.ts'
import type { Transaction } from './database.ts'
import { enqueueDeployment } from './job-queue.ts'

/** Gives those that have not ended what sends or cancels them. Those that are only followed need nothing. */
export async function settleRestoredDeployments(trx: Transaction): Promise<void> {
  for (const { id } of await findFollowedDeployments(trx)) {
    const row = await lockDeployment(id, trx)
    if (row === null || hasEnded(row)) continue
    if (row.coolify_deployment_id === null) await sendOn(row, trx)
    else if (row.cancel_requested_at !== null) await enqueueDeployment('cancel_deployment', row, trx)
  }
}

/** One that was not sent may have been since, so it is looked for as well: by what Coolify began after it was asked for. */
async function sendOn(row: DeploymentRow, trx: Transaction): Promise<void> {
  const mark = { serverTime: wholeSecond(row.created_at), knownUuids: [] }
  const columns = row.deploy_mark === null ? { deploy_mark: mark, sent_at: row.created_at } : {}
  await enqueueDeployment('send_deployment', await changeDeployment(row, { columns }, trx), trx)
}

/** As Coolify tells its times. */
function wholeSecond(time: Date): string {
  return new Date(Math.floor(time.getTime() / 1000) * 1000).toISOString()
}
