/**
 * Takes an operation for one run of its work. Each run begins a new generation, so that a run which a stalled server
 * still believes to hold can write nothing any more.
 */
import { OperationKind, OperationStep, type StepName } from '@craftastic/contract'
import { sql } from 'kysely'
import { z } from 'zod'
import { jsonb, type Database, type Transaction } from '../lib/database.ts'
import { lockEnvironment } from '../lib/environment-state.ts'
import type { OperationJob } from '../lib/job-queue.ts'
import { tellOperation } from '../lib/operation-log.ts'
import { operationDeadlineSeconds, pendingSteps } from '../lib/operation-steps.ts'
import type { EnvironmentRow } from '../lib/present.ts'

/** One run of an operation's work. */
export type OperationRun = {
  operationId: string
  kind: OperationKind
  steps: StepName[]
  /** Whoever writes on behalf of this run must find this generation in the rows. */
  generation: number
  ownerId: string
  deadlineSeconds: number
  /** As it was when the run began. */
  environment: EnvironmentRow
}

const Steps = z.array(OperationStep)

/** Null when there is nothing to do: the operation is settled, overtaken by a later wish, or gone. */
export async function claimOperation(job: OperationJob, db: Database): Promise<OperationRun | null> {
  return db.transaction().execute(async (trx) => {
    const row = await lockEnvironment(job.environmentId, trx)
    const operation = await trx
      .selectFrom('operations')
      .selectAll()
      .where('id', '=', job.operationId)
      .where('state', 'in', ['queued', 'running'])
      .executeTakeFirst()
    if (row === null || operation === undefined || operation.generation !== row.generation) return null

    const kind = OperationKind.parse(operation.kind)
    const steps = Steps.parse(operation.steps).map(({ name }) => name)
    const deadlineSeconds = operationDeadlineSeconds(kind, steps)
    const generation = row.generation + 1
    const environment = await trx
      .updateTable('environments')
      .set({ generation })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    const claimed = await trx
      .updateTable('operations')
      .set({
        state: 'running',
        generation,
        steps: jsonb(pendingSteps(steps)),
        started_at: sql<Date>`coalesce(started_at, now())`,
        deadline_at: sql<Date>`now() + make_interval(secs => ${deadlineSeconds})`,
      })
      .where('id', '=', operation.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await tellOperation(claimed, row.user_id, [], trx)
    return { operationId: operation.id, kind, steps, generation, ownerId: row.user_id, deadlineSeconds, environment }
  })
}

/**
 * Lets the same run go on under a generation of its own, so that nothing which was read before counts any more. The
 * environment must have been locked in the same transaction. Answers it as it is now; null when the run is settled.
 */
export async function beginGeneration(run: OperationRun, trx: Transaction): Promise<EnvironmentRow | null> {
  const generation = run.generation + 1
  const { numUpdatedRows } = await trx
    .updateTable('operations')
    .set({ generation })
    .where('id', '=', run.operationId)
    .where('state', '=', 'running')
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) return null
  run.generation = generation
  return trx
    .updateTable('environments')
    .set({ generation })
    .where('id', '=', run.environment.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
