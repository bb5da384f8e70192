/**
 * Until when a deployment is followed. A server may have been away for longer than that: what can be asked for is given up
 * after a look, not by the clock (test/deployment-restart.test.ts).
 */
import type { Database } from './database.ts'
import { hasEnded, readMetadata, type DeploymentRow, type StoredMetadata } from './deployment-row.ts'
import { failed, updateDeployment, type DeploymentChange } from './deployment-state.ts'

const deploymentHours = 2
/** Last lines that Coolify did not tell in this time after the end will not come, minutes. */
const lastLinesMinutes = 10
/** After this many looks in a row that found nobody there, what is past its time is given up all the same. */
export const mostFailedLooks = 10

/** Whether Coolify has had its time with one that has not ended: its queue knows no limit. */
export function isPastDeadline({ sent_at, created_at }: Pick<DeploymentRow, 'sent_at' | 'created_at'>): boolean {
  return (sent_at ?? created_at).getTime() + deploymentHours * 3_600_000 < Date.now()
}

/** Gives up those that are past their time, whatever became of them in Coolify. */
export async function failOverdue(rows: readonly DeploymentRow[], db: Database): Promise<void> {
  for (const { id } of rows.filter(isOverdue)) {
    await updateDeployment(id, (row) => (isOverdue(row) ? giveUp(row, readMetadata(row)) : null), db)
  }
}

/** @param known What is known of it by now. */
export function giveUp(row: DeploymentRow, { trouble }: Pick<StoredMetadata, 'trouble'>): DeploymentChange {
  const columns = { log_reads_left: 0 }
  if (hasEnded(row)) return { columns }
  const hint = trouble === null ? '' : ` Last trouble: ${trouble.reason}`
  const words = `It had not ended after ${deploymentHours} hours and is not followed any more. ${describeRest(row)}${hint}`
  return { ...failed('timed_out', words), columns }
}

function isOverdue(row: DeploymentRow): boolean {
  if (row.ended_at !== null) {
    return row.log_reads_left > 0 && row.ended_at.getTime() + lastLinesMinutes * 60_000 < Date.now()
  }
  return !hasEnded(row) && isPastDeadline(row)
}

function describeRest({ coolify_deployment_id: coolifyId, sent_at: sentAt }: DeploymentRow): string {
  if (coolifyId !== null) return 'It was not cancelled and may still run in Coolify: look there.'
  if (sentAt === null) return 'Coolify did not take it.'
  return 'Coolify was asked for it, and what became of that is not known: look there before you deploy again.'
}
