/**
 * Puts work on the queue inside the caller's transaction: the row and its job are committed together or not at all.
 * Work for one environment runs one after the other, whichever server takes it.
 */
import { sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { DB } from './database-types.ts'

export const EnvironmentJob = z.object({ environmentId: z.uuid(), operationId: z.uuid() })
export type EnvironmentJob = z.infer<typeof EnvironmentJob>

/** `start_environment` serves create and retry: each of its steps takes "already so" as success. */
type EnvironmentJobName = 'start_environment' | 'delete_environment'
export type JobName = EnvironmentJobName | 'delete_old_events'

/** A job that throws is tried again with a growing delay; an operation that fails in words does not throw. */
const maxAttempts = 25

export async function enqueueJob(name: EnvironmentJobName, job: EnvironmentJob, trx: Transaction<DB>): Promise<void> {
  await sql`select graphile_worker.add_job(
    ${name},
    payload := ${JSON.stringify(job)}::json,
    queue_name := ${`environment:${job.environmentId}`},
    max_attempts := ${maxAttempts}
  )`.execute(trx)
}
