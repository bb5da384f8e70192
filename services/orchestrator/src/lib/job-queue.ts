/**
 * Puts work on the queue inside the caller's transaction: the row and its job are committed together or not at all.
 * Work for one environment runs one after the other, whichever server takes it. A job's key is its operation's id.
 */
import type { OperationKind } from '@craftastic/contract'
import { sql, type Kysely } from 'kysely'
import { z } from 'zod'
import type { DB } from './database-types.ts'

export const OperationJob = z.object({ environmentId: z.uuid(), operationId: z.uuid() })
export type OperationJob = z.infer<typeof OperationJob>

/** Starts are what a machine can take only a few of at once; whatever ends something never waits behind them. */
export const startJobNames = ['start_environment'] as const
export const otherJobNames = [
  'stop_environment',
  'delete_environment',
  'send_deployment',
  'cancel_deployment',
  'delete_old_records',
] as const
export type JobName = (typeof startJobNames | typeof otherJobNames)[number]

/** A job that throws is tried again with a growing delay; an operation that fails in words does not throw. */
const maxAttempts = 25

/** The smaller number goes first: people before what the server does by itself. */
const priorityOf = (kind: OperationKind) => (kind === 'recover' ? 10 : 0)

function jobOf(kind: OperationKind): JobName {
  if (kind === 'stop') return 'stop_environment'
  return kind === 'delete' ? 'delete_environment' : 'start_environment'
}

/** Adds the operation's job, or renews one that waits. */
export async function enqueueOperation(
  { kind, ...job }: OperationJob & { kind: OperationKind },
  trx: Kysely<DB>,
): Promise<void> {
  await sql`select graphile_worker.add_job(
    ${jobOf(kind)},
    payload := ${JSON.stringify(job)}::json,
    queue_name := ${`environment:${job.environmentId}`},
    max_attempts := ${maxAttempts},
    job_key := ${job.operationId},
    priority := ${priorityOf(kind)}
  )`.execute(trx)
}

export const DeploymentJob = z.object({ deploymentId: z.uuid() })

/**
 * Adds the job of a deployment. Those of one application run one after the other: what Coolify began for the first is
 * then never taken for the second's.
 * @param delaySeconds Not before they have passed.
 */
export async function enqueueDeployment(
  name: 'send_deployment' | 'cancel_deployment',
  { id, app_id: appId }: { id: string; app_id: string },
  trx: Kysely<DB>,
  delaySeconds = 0,
): Promise<void> {
  await sql`select graphile_worker.add_job(
    ${name},
    payload := ${JSON.stringify({ deploymentId: id })}::json,
    queue_name := ${`application:${appId}`},
    run_at := now() + make_interval(secs => ${delaySeconds}),
    max_attempts := ${maxAttempts},
    job_key := ${`${name}:${id}`}
  )`.execute(trx)
}

/** Those of the deployments whose job will still send them, however late. */
export async function findLiveSends(deploymentIds: readonly string[], db: Kysely<DB>): Promise<Set<string>> {
  if (deploymentIds.length === 0) return new Set()
  const result = await sql<{ id: string }>`
    select ids.id from unnest(${sql.val(deploymentIds)}::text[]) as ids (id)
    join graphile_worker.jobs on key = 'send_deployment:' || ids.id
    where locked_at is not null or attempts < max_attempts`.execute(db)
  return new Set(result.rows.map(({ id }) => id))
}

/** Forgets the job of an operation that is settled. One that runs is not run again. */
export async function dropJob(operationId: string, trx: Kysely<DB>): Promise<void> {
  await sql`select graphile_worker.remove_job(${operationId})`.execute(trx)
}

/** The queue keeps a line for each environment there ever was, and walks them all; and jobs that nobody wants. */
export async function deleteOldJobs(db: Kysely<DB>): Promise<void> {
  await sql`
    delete from graphile_worker._private_jobs where locked_at is null and attempts >= max_attempts`.execute(db)
  await sql`
    delete from graphile_worker._private_job_queues lines where locked_at is null and not exists (
      select from graphile_worker._private_jobs jobs where jobs.job_queue_id = lines.id
    )`.execute(db)
  await sql`delete from worker_pools where seen_at < now() - interval '1 day'`.execute(db)
}

/** Beyond this delay a job that failed is not waiting but stuck, seconds. */
const longestDelaySeconds = 10

export type LiveJobs = { liveJobs: Set<string>; runningJobs: Set<string> }

/** Those of the operations whose job runs or will run soon, and of these the ones that some server has begun. */
export async function findLiveJobs(operationIds: readonly string[], db: Kysely<DB>): Promise<LiveJobs> {
  if (operationIds.length === 0) return { liveJobs: new Set(), runningJobs: new Set() }
  const result = await sql<{ key: string; is_running: boolean }>`
    select key, locked_at is not null as is_running from graphile_worker.jobs
    where key = any(${sql.val(operationIds)}::text[])
      and (locked_at is not null
        or attempts < max_attempts and run_at < now() + make_interval(secs => ${longestDelaySeconds}))`.execute(db)
  const running = result.rows.filter((row) => row.is_running)
  return {
    liveJobs: new Set(result.rows.map(({ key }) => key)),
    runningJobs: new Set(running.map(({ key }) => key)),
  }
}
