/**
 * The frame around every operation: claims a run, walks the work with its progress, and settles operation and
 * environment together. Work ends early when a later wish or another server's run overtakes it (it then writes nothing),
 * at its deadline (it fails in words), or with the server (it is left as it is and runs again from its first step).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { settledOperationStates, type OperationError, type StepName } from '@craftastic/contract'
import type { Database } from '../lib/database.ts'
import { changeStatus, lockGeneration, removeEnvironment, type StatusChange } from '../lib/environment-state.ts'
import type { EventFeed } from '../lib/event-feed.ts'
import { OperationJob } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { openOperationProgress, type OperationProgress } from '../lib/operation-progress.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import { claimOperation, type OperationRun } from './claim-operation.ts'
import { describeDeadline, describeFailure } from './describe-failure.ts'
import { outlastEngine, type EnginePing } from './outlast-engine.ts'

export type OperationContext = OperationRun & {
  /** Runs one step, again and again while the engine does not answer. */
  step(name: StepName, work: () => Promise<void>): Promise<void>
  progress: OperationProgress
  /** Aborts when the work is overtaken, is given up, or the server ends. */
  signal: AbortSignal
}

export type OperationWork = {
  /** Answers what the environment is afterwards; null when nothing of it is left on the engine. */
  run(context: OperationContext): Promise<StatusChange | null>
  /** Leaves no litter behind a failure. */
  cleanUp(environment: EnvironmentRow): Promise<void>
}

/** A moment between two steps, for those who watch: before each step, after the last one, and when all is written. */
export type OperationGap = `before ${StepName}` | 'before settling' | 'after settling'

export type OperationFrame = {
  db: Database
  feed: EventFeed
  ping: EnginePing
  log: Log
  /** Told of each run that is over, with its seconds. */
  onSettled?: (kind: OperationRun['kind'], outcome: 'succeeded' | 'failed' | 'cancelled', seconds: number) => void
  /** Awaited at each gap. */
  onGap?: (run: OperationRun, gap: OperationGap) => Promise<void>
}

/** Work that was cut short has this long to let go of what it holds, before others begin. */
const letGoMs = 10_000

export function createOperationJob(frame: OperationFrame, work: OperationWork) {
  const { db, feed, ping, log, onSettled = () => {}, onGap = async () => {} } = frame

  return async (payload: unknown, shutdown: AbortSignal): Promise<void> => {
    const job = OperationJob.parse(payload)
    const run = await claimOperation(job, db)
    if (run === null) return
    const startedAt = performance.now()
    const overtaken = new AbortController()
    const deadline = AbortSignal.timeout(run.deadlineSeconds * 1000)
    const unsubscribe = feed.subscribe(({ event }) => {
      if (event.type !== 'operation' || event.operation.id !== run.operationId) return
      if (settledOperationStates.includes(event.operation.state)) overtaken.abort()
    })
    const progress = openOperationProgress({ run, onOvertaken: () => overtaken.abort(), db })
    const signal = AbortSignal.any([shutdown, overtaken.signal, deadline])
    const finish = async (change: StatusChange | null, error: OperationError | null) => {
      await onGap(run, 'before settling')
      const state = error === null ? 'succeeded' : 'failed'
      const isWritten = await settle(run, progress, change, error)
      onSettled(run.kind, isWritten ? state : 'cancelled', (performance.now() - startedAt) / 1000)
      await onGap(run, 'after settling')
    }

    try {
      const context: OperationContext = {
        ...run,
        progress,
        signal,
        step: async (name, perform) => {
          signal.throwIfAborted()
          await onGap(run, `before ${name}`)
          await progress.step(name, () => outlastEngine(perform, { ping, progress, signal }))
        },
      }
      const outcome = work.run(context)
      await finish(await orAborted(outcome, signal), null)
    } catch (error) {
      if (overtaken.signal.aborted) {
        onSettled(run.kind, 'cancelled', (performance.now() - startedAt) / 1000)
        return
      }
      if (shutdown.aborted) throw error
      const failure = deadline.aborted ? describeDeadline(run.deadlineSeconds) : describeFailure(error)
      const details = { operationId: run.operationId, environmentId: run.environment.id }
      log.warn({ ...details, err: error }, 'operation failed')
      await work.cleanUp(run.environment).catch((cause: unknown) => {
        log.warn({ ...details, err: cause }, 'clean-up after a failed operation failed')
      })
      const { workspaceReady, ...words } = failure
      const change = { status: 'error', reason: failure.reason, containerId: null, workspaceReady } as const
      await finish(change, { ...words, step: progress.failedStep() })
    } finally {
      unsubscribe()
    }
  }

  /** Answers whether the outcome was written: a run that was overtaken writes nothing. */
  async function settle(
    run: OperationRun,
    progress: OperationProgress,
    change: StatusChange | null,
    error: OperationError | null,
  ): Promise<boolean> {
    return db.transaction().execute(async (trx) => {
      const row = await lockGeneration(run.environment.id, run.generation, trx)
      if (row === null) return false
      await progress.settle(error === null ? 'succeeded' : 'failed', error, trx)
      if (change === null) await removeEnvironment(row, trx)
      else await changeStatus(row, change, trx)
      return true
    })
  }
}

/** The outcome, or the failure of `signal` once it aborts and the work has had its time to let go. */
async function orAborted<T>(outcome: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([outcome.catch(() => {}), aborted])
  if (signal.aborted) await Promise.race([outcome.catch(() => {}), sleep(letGoMs, null, { ref: false })])
  signal.throwIfAborted()
  return outcome
}
