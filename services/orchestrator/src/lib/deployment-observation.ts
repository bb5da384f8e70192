/** What Coolify says of a deployment, written down. */
import { toDeploymentProgress } from '../services/coolify-status.ts'
import type { CoolifyDeploymentWithLogs } from '../services/coolify-answers.ts'
import type { Database, Transaction } from './database.ts'
import { keepLog } from './deployment-log.ts'
import { deploymentDeadline, deploymentHours, hasEnded, readMetadata, type DeploymentRow } from './deployment-row.ts'
import { failed, updateDeployment, type DeploymentChange } from './deployment-state.ts'

/** Answers the row as it is then; null when it is gone. */
export async function writeObservation(
  deploymentId: string,
  seen: CoolifyDeploymentWithLogs,
  db: Database,
): Promise<DeploymentRow | null> {
  return updateDeployment(
    deploymentId,
    (row, trx) => (row.coolify_deployment_id === seen.deploymentUuid ? describe(row, seen, trx) : null),
    db,
  )
}

async function describe(
  row: DeploymentRow,
  seen: CoolifyDeploymentWithLogs,
  trx: Transaction,
): Promise<DeploymentChange> {
  const log = seen.logs.kind === 'lines' ? await keepLog(row, seen.logs.lines, trx) : null
  const ended = hasEnded(row)
  const status = toDeploymentProgress(seen.status)
  const { commit, commitMessage, url, trouble } = readMetadata(row)
  return {
    status,
    columns: { ...log, ...(ended ? { log_reads_left: Math.max(0, row.log_reads_left - 1) } : {}) },
    metadata: {
      commit: /^[0-9a-f]{40,64}$/.test(seen.commit) ? seen.commit : commit,
      commitMessage: seen.commitMessage ?? commitMessage,
      url: seen.url ?? url,
      logsReadable: seen.logs.kind === 'lines',
      // It answers: what is left is what it refused to cancel.
      trouble: trouble?.code === 'cancel_failed' ? trouble : null,
      ...(status === 'failed' && !ended ? { error: { code: 'build_failed', reason: buildFailed } } : {}),
    },
  }
}

const buildFailed =
  'Coolify says that it failed. The log says why; without a reason in it, Coolify may have been restarted meanwhile.'

/** Coolify answers that it knows no such deployment, again and again. */
export async function writeForgotten(deploymentId: string, db: Database): Promise<void> {
  const reason = 'Coolify does not know this deployment any more: its application may have been removed.'
  await updateDeployment(
    deploymentId,
    (row) => ({ ...(hasEnded(row) ? {} : failed('forgotten', reason)), columns: { log_reads_left: 0 } }),
    db,
  )
}

/** Last lines that Coolify did not tell in this time after the end will not come, minutes. */
const lastLinesMinutes = 10

/** Gives up what is past its time, whatever became of it in Coolify. */
export async function failOverdue(rows: readonly DeploymentRow[], nowMs: number, db: Database): Promise<void> {
  for (const { id } of rows.filter((row) => isOverdue(row, nowMs))) {
    await updateDeployment(
      id,
      (row) => {
        if (!isOverdue(row, nowMs)) return null
        return { ...(hasEnded(row) ? {} : failed('timed_out', timedOut(row))), columns: { log_reads_left: 0 } }
      },
      db,
    )
  }
}

function isOverdue(row: DeploymentRow, nowMs: number): boolean {
  if (row.ended_at !== null) {
    return row.log_reads_left > 0 && row.ended_at.getTime() + lastLinesMinutes * 60_000 < nowMs
  }
  return !hasEnded(row) && deploymentDeadline(row).getTime() < nowMs
}

function timedOut(row: DeploymentRow): string {
  const { trouble } = readMetadata(row)
  const hint = trouble === null ? '' : ` Last trouble: ${trouble.reason}`
  const where =
    row.coolify_deployment_id === null
      ? 'Coolify did not take it.'
      : 'It was not cancelled and may still run in Coolify: look there.'
  return `It had not ended after ${deploymentHours} hours and is not followed any more. ${where}${hint}`
}
