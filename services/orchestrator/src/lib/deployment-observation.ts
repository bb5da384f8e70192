/** What Coolify says of a deployment, written down. */
import { isDeploymentEnded } from '@craftastic/contract'
import type { CoolifyDeploymentWithLogs } from '../services/coolify-answers.ts'
import { toDeploymentProgress } from '../services/coolify-status.ts'
import type { Database, Transaction } from './database.ts'
import { keepLog } from './deployment-log.ts'
import { giveUp, isPastDeadline } from './deployment-deadline.ts'
import { hasEnded, readMetadata, type DeploymentRow } from './deployment-row.ts'
import { failed, updateDeployment, type DeploymentChange } from './deployment-state.ts'

/** What goes on past its time is given up. Answers the row as it is then; null when it is gone. */
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
  const ended = hasEnded(row)
  const status = toDeploymentProgress(seen.status)
  const { commit, commitMessage, url, trouble: before } = readMetadata(row)
  // It answers: what is left is what it refused to cancel.
  const trouble = before?.code === 'cancel_failed' ? before : null
  const late = !ended && !isDeploymentEnded(status) && isPastDeadline(row) ? giveUp(row, { trouble }) : null
  const isLast = ended || late !== null || isDeploymentEnded(status)
  const log = seen.logs.kind === 'lines' ? await keepLog(row, { told: seen.logs.lines, ended: isLast }, trx) : null
  return {
    status: late?.status ?? status,
    columns: { ...log, ...(ended ? { log_reads_left: Math.max(0, row.log_reads_left - 1) } : {}), ...late?.columns },
    metadata: {
      commit: /^[0-9a-f]{40,64}$/.test(seen.commit) ? seen.commit : commit,
      commitMessage: seen.commitMessage ?? commitMessage,
      url: seen.url ?? url,
      logsReadable: seen.logs.kind === 'lines',
      trouble,
      ...(status === 'failed' && !ended ? { error: { code: 'build_failed', reason: buildFailed } } : {}),
      ...late?.metadata,
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
