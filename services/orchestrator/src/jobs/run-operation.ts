/**
 * The frame around every operation: loads the environment, walks the work with its progress, and settles operation and
 * environment together. Work that is no longer wanted (its environment was asked into another state) is cut short; work
 * that the server's own end cuts short is left as it is and runs again from its first step.
 */
import type { EnvironmentStatus, Operation, OperationError, OperationState } from '@craftastic/contract'
import type { Database } from '../lib/database.ts'
import { changeStatus, lockEnvironment, type StatusChange } from '../lib/environment-state.ts'
import type { EventFeed } from '../lib/event-feed.ts'
import { EnvironmentJob } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { openOperationProgress, type OperationProgress } from '../lib/operation-progress.ts'
import { presentOperation, type EnvironmentRow } from '../lib/present.ts'
import { describeFailure } from './describe-failure.ts'

export type OperationContext = {
  environment: EnvironmentRow
  progress: OperationProgress
  /** Aborts when the work is no longer wanted or the server ends. */
  signal: AbortSignal
}

export type OperationWork = {
  /** The status in which the work is wanted. */
  wantedIn: EnvironmentStatus
  /** Answers what the environment is afterwards; null when it is gone. */
  run(context: OperationContext): Promise<StatusChange | null>
  /** Leaves no litter behind a failure. */
  cleanUp(environment: EnvironmentRow): Promise<void>
}

export type OperationFrame = { db: Database; feed: EventFeed; log: Log }

export function createOperationJob({ db, feed, log }: OperationFrame, work: OperationWork) {
  return async (payload: unknown, shutdown: AbortSignal): Promise<void> => {
    const { environmentId, operationId } = EnvironmentJob.parse(payload)
    const unwanted = new AbortController()
    const unsubscribe = feed.subscribe(({ event }) => {
      if (event.type !== 'status' || event.environmentId !== environmentId) return
      if (event.environment?.status !== work.wantedIn) unwanted.abort()
    })
    try {
      const environment = await findEnvironment(environmentId)
      const operation = await findOperation(operationId)
      if (environment === null || operation === null) return
      const progress = openOperationProgress(operation, environment.user_id, db)
      if (environment.status !== work.wantedIn) return await settle(progress, environmentId, 'cancelled', null)
      const signal = AbortSignal.any([shutdown, unwanted.signal])
      try {
        const change = await work.run({ environment, progress, signal })
        if (change !== null) await settle(progress, environmentId, 'succeeded', change)
      } catch (error) {
        if (shutdown.aborted) throw error
        if (unwanted.signal.aborted) return await settle(progress, environmentId, 'cancelled', null)
        const failure = describeFailure(error)
        log.warn({ err: error, environmentId, operationId }, 'operation failed')
        await work.cleanUp(environment).catch((cause: unknown) => {
          log.warn({ err: cause, environmentId, operationId }, 'clean-up after a failed operation failed')
        })
        const change: StatusChange = { status: 'error', reason: failure.reason, containerId: null }
        await settle(progress, environmentId, 'failed', change, { ...failure, step: progress.failedStep() })
      }
    } finally {
      unsubscribe()
    }
  }

  async function findEnvironment(environmentId: string): Promise<EnvironmentRow | null> {
    const query = db.selectFrom('environments').selectAll().where('id', '=', environmentId)
    return (await query.executeTakeFirst()) ?? null
  }

  async function findOperation(operationId: string): Promise<Operation | null> {
    const row = await db.selectFrom('operations').selectAll().where('id', '=', operationId).executeTakeFirst()
    return row === undefined ? null : presentOperation(row)
  }

  /** A change that is no longer wanted is dropped, and the operation counts as cancelled. */
  async function settle(
    progress: OperationProgress,
    environmentId: string,
    state: OperationState,
    change: StatusChange | null,
    error: OperationError | null = null,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const row = await lockEnvironment(environmentId, trx)
      if (row === null) return
      if (change === null || row.status !== work.wantedIn) return progress.settle('cancelled', null, trx)
      await progress.settle(state, error, trx)
      await changeStatus(row, change, trx)
    })
  }
}
