/**
 * The one place where a deployment changes. What has ended never goes on, whoever says so: an answer of Coolify may have
 * been on its way for long, and two servers may ask. Each change is told to the owner in the same transaction.
 */
import {
  DeploymentStatus,
  deploymentTransitions,
  isDeploymentEnded,
  type Deployment,
  type DeploymentErrorCode,
  type DeploymentTrouble,
  type KeptEvent,
} from '@craftastic/contract'
import { sql, type Kysely, type Updateable } from 'kysely'
import { appendAudit, type AuditEntry } from './audit-log.ts'
import { jsonb, type Database, type Transaction } from './database.ts'
import type { DB } from './database-types.ts'
import { presentDeployment, readMetadata, type DeploymentRow, type StoredMetadata } from './deployment-row.ts'
import { appendEvents } from './event-log.ts'

/** Columns that go along with a change and are no rule of their own. */
type Columns = Pick<
  Updateable<DB['deployments']>,
  | 'deploy_mark'
  | 'sent_at'
  | 'send_count'
  | 'refused_count'
  | 'coolify_deployment_id'
  | 'cancel_requested_at'
  | 'first_sequence'
  | 'last_sequence'
  | 'log_digest'
  | 'log_truncated'
  | 'log_reads_left'
>

export type DeploymentChange = {
  /** One that does not follow from the present one is left out. */
  status?: DeploymentStatus
  metadata?: Partial<StoredMetadata>
  columns?: Columns
}

/** Locks the row until the transaction ends. Null when there is no such deployment any more. */
export async function lockDeployment(deploymentId: string, trx: Transaction): Promise<DeploymentRow | null> {
  const query = trx.selectFrom('deployments').selectAll().where('id', '=', deploymentId).forUpdate()
  return (await query.executeTakeFirst()) ?? null
}

/** In a transaction of its own: `decide` sees the row as it is now. Answers it as it is then; null when it is gone. */
export async function updateDeployment(
  deploymentId: string,
  decide: (row: DeploymentRow, trx: Transaction) => DeploymentChange | null | Promise<DeploymentChange | null>,
  db: Database,
): Promise<DeploymentRow | null> {
  return db.transaction().execute(async (trx) => {
    const row = await lockDeployment(deploymentId, trx)
    if (row === null) return null
    const change = await decide(row, trx)
    return change === null ? row : changeDeployment(row, change, trx)
  })
}

/** `row` must have been locked in the same transaction. What changes nothing is neither written nor told. */
export async function changeDeployment(
  row: DeploymentRow,
  { status: wanted, metadata = {}, columns = {} }: DeploymentChange,
  trx: Transaction,
): Promise<DeploymentRow> {
  const from = DeploymentStatus.parse(row.status)
  const status = wanted !== undefined && deploymentTransitions[from].includes(wanted) ? wanted : from
  const ends = status !== from && isDeploymentEnded(status)
  const before = readMetadata(row)
  const after = { ...before, ...metadata }
  if (ends) after.trouble = null
  const isSame =
    status === from &&
    JSON.stringify(after) === JSON.stringify(before) &&
    Object.keys(columns).every((name) => name === 'log_reads_left')
  if (isSame && columns.log_reads_left === undefined) return row
  const updated = await trx
    .updateTable('deployments')
    .set({
      ...columns,
      status,
      metadata: jsonb(after),
      ...(isSame ? {} : { updated_at: sql<Date>`now()` }),
      ...(row.started_at === null && status === 'in_progress' ? { started_at: sql<Date>`now()` } : {}),
      ...(ends ? { ended_at: sql<Date>`now()` } : {}),
      // Coolify has no log of what it never took.
      ...(ends && row.coolify_deployment_id === null ? { log_reads_left: 0 } : {}),
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const isLastRead = columns.log_reads_left === 0
  if (!isSame || isLastRead) await tellDeployment(updated, trx)
  if (ends) await auditEnd(updated, trx)
  return updated
}

/** Answers it as it was told. */
export async function tellDeployment(row: DeploymentRow, trx: Kysely<DB>): Promise<Deployment> {
  const deployment = presentDeployment(row)
  const event: KeptEvent = { type: 'deployment', environmentId: row.environment_id, deployment }
  await appendEvents([event], await findOwner(row, trx), trx)
  return deployment
}

/** The change that ends it as failed. */
export const failed = (code: DeploymentErrorCode, reason: string): DeploymentChange => ({
  status: 'failed',
  metadata: { error: { code, reason } },
})

/** One that goes on keeps the time at which it began. */
export function inTrouble(row: DeploymentRow, code: DeploymentTrouble['code'], reason: string): DeploymentChange {
  const { trouble } = readMetadata(row)
  const since = trouble?.code === code ? trouble.since : new Date().toISOString()
  return { metadata: { trouble: { code, reason, since } } }
}

const auditResults = { finished: 'done', failed: 'failed', cancelled: 'interrupted' } as const

async function auditEnd(row: DeploymentRow, trx: Transaction): Promise<void> {
  const status = DeploymentStatus.exclude(['pending', 'queued', 'in_progress']).parse(row.status)
  const { kind, commit, branch } = readMetadata(row)
  await auditDeployment(row, kind, { result: auditResults[status], details: { commit, branch } }, trx)
}

/** Of a deployment, in the name of who asked for it, else of its owner. */
export async function auditDeployment(
  row: DeploymentRow,
  verb: 'deploy' | 'redeploy' | 'rollback' | 'cancel',
  { result, details = {} }: Pick<AuditEntry, 'result' | 'details'>,
  trx: Kysely<DB>,
): Promise<void> {
  const userId = row.requested_by ?? (await findOwner(row, trx))
  const action = `deployment.${verb}` as const
  const target = `application ${row.app_id}`
  const entry = { userId, environmentId: row.environment_id, action, target, result }
  await appendAudit({ ...entry, details: { deploymentId: row.id, ...details } }, trx)
}

async function findOwner(row: DeploymentRow, trx: Kysely<DB>): Promise<string> {
  const query = trx.selectFrom('environments').select('user_id').where('id', '=', row.environment_id)
  return (await query.executeTakeFirstOrThrow()).user_id
}
