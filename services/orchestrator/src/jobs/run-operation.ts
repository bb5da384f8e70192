/**
 * The frame around every operation: claims a run, walks the work with its progress, and settles operation and
 * environment together. Work ends early when a later wish or another server's run overtakes it (it then writes nothing),
 * at its deadline (it fails in words), or with the server (it is left as it is and runs again from its first step).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { settledOperationStates, type DesiredState, type OperationError, type StepName } from '@craftastic/contract'
import { isDatabaseUnavailable, jsonb, type Database } from '../lib/database.ts'
import { changeStatus, lockGeneration, removeEnvironment, type StatusChange } from '../lib/environment-state.ts'
import type { EventFeed } from '../lib/event-feed.ts'
import { OperationJob } from '../lib/job-queue.ts'
import type { Log } from '../lib/log.ts'
import { tellOperation } from '../lib/operation-log.ts'
import { openOperationProgress, type OperationProgress } from '../lib/operation-progress.ts'
import { pendingSteps } from '../lib/operation-steps.ts'
import type { EnvironmentRow } from '../lib/present.ts'
import { beginGeneration, claimOperation, type OperationRun } from './claim-operation.ts'
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
  /**
   * Leaves no litter behind a failure. `environment` is as it is now. `requireHold` throws once another run has begun, whose
   * everything then is: it must be asked right before each removal.
   */
  cleanUp(environment: EnvironmentRow, failedStep: StepName, requireHold: () => Promise<void>): Promise<void>
  /** What is wished for after a failure, where that is not what was wished for before. */
  desiredAfter?(failedStep: StepName): DesiredState | undefined
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
/** The process itself has ten seconds for everything. */
const letGoAtShutdownMs = 2_000

export function createOperationJob(frame: OperationFrame, work: OperationWork) {
  const { db, feed, ping, log, onSettled = () => {}, onGap = async () => {} } = frame

  return async (payload: unknown, shutdown: AbortSignal): Promise<void> => {
    const run = await claimOperation(OperationJob.parse(payload), db)
    if (run !== null) await perform(run, shutdown)
  }

  async function perform(run: OperationRun, shutdown: AbortSignal): Promise<void> {
    const startedAt = performance.now()
    const overtaken = new AbortController()
    const deadline = AbortSignal.timeout(run.deadlineSeconds * 1000)
    const unsubscribe = feed.subscribe(({ event }) => {
      if (event.type !== 'operation' || event.operation.id !== run.operationId) return
      if (settledOperationStates.includes(event.operation.state)) overtaken.abort()
    })
    const signal = AbortSignal.any([shutdown, overtaken.signal, deadline])
    const progress = openOperationProgress({ run, onOvertaken: () => overtaken.abort(), signal, db })
    let isEngineSilent = false
    const context: OperationContext = {
      ...run,
      progress,
      signal,
      step: async (name, perform) => {
        signal.throwIfAborted()
        await onGap(run, `before ${name}`)
        const onSilence = (isSilent: boolean) => (isEngineSilent = isSilent)
        await progress.step(name, () => outlastEngine(perform, { ping, progress, signal, onSilence }))
      },
    }

    try {
      const change = await orAborted(work.run(context), signal, shutdown)
      await finish(change, null)
    } catch (error) {
      if (overtaken.signal.aborted) return await endOvertaken(run, startedAt)
      const isForLater = shutdown.aborted || isDatabaseUnavailable(error) || (deadline.aborted && isEngineSilent)
      if (!isForLater) return await fail(error)
      await putBack(run, progress).catch((cause: unknown) => {
        log.debug({ err: cause, operationId: run.operationId }, 'work that waits still looks as if it ran')
      })
      throw error
    } finally {
      unsubscribe()
    }

    async function fail(error: unknown): Promise<void> {
      const held = await takeOver(run)
      if (held === null) return endOvertaken(run, startedAt)
      const step = progress.failedStep()
      const failure = deadline.aborted ? describeDeadline(run.kind, step, run.deadlineSeconds) : describeFailure(error)
      const details = { operationId: run.operationId, environmentId: run.environment.id }
      log.warn({ ...details, err: error }, 'operation failed')
      await work
        .cleanUp(held, step, () => requireHold(run))
        .catch((cause: unknown) => {
          log.warn({ ...details, err: cause }, 'clean-up after a failed operation failed')
        })
      const desiredState = work.desiredAfter?.(step)
      const change = { status: 'error', reason: failure.reason, containerId: null } as const
      await finish({ ...change, ...(desiredState === undefined ? {} : { desiredState }) }, { ...failure, step })
    }

    async function finish(change: StatusChange | null, error: OperationError | null): Promise<void> {
      await onGap(run, 'before settling')
      const isWritten = await settle(run, progress, change, error)
      if (!isWritten) return endOvertaken(run, startedAt)
      onSettled(run.kind, error === null ? 'succeeded' : 'failed', (performance.now() - startedAt) / 1000)
      await onGap(run, 'after settling')
    }
  }

  /**
   * Before anything is removed: makes sure that this run still is the one that counts, and that no other takes its
   * place meanwhile. Answers the environment as it is now, null when the run was overtaken.
   */
  async function takeOver(run: OperationRun): Promise<EnvironmentRow | null> {
    return db.transaction().execute(async (trx) => {
      const row = await lockGeneration(run.environment.id, run.generation, trx)
      return row === null ? null : beginGeneration(run, trx)
    })
  }

  async function requireHold({ environment: { id }, generation }: OperationRun): Promise<void> {
    const query = db.selectFrom('environments').select('generation').where('id', '=', id)
    if ((await query.executeTakeFirst())?.generation !== generation) throw new Error('another run has begun')
  }

  /** The queue runs it again, with another deadline; until then it waits. */
  async function putBack(run: OperationRun, progress: OperationProgress): Promise<void> {
    await progress.drain()
    await db.transaction().execute(async (trx) => {
      const row = await lockGeneration(run.environment.id, run.generation, trx)
      if (row === null) return
      const queued = await trx
        .updateTable('operations')
        .set({ state: 'queued', deadline_at: null, steps: jsonb(pendingSteps(run.steps)) })
        .where('id', '=', run.operationId)
        .where('state', '=', 'running')
        .returningAll()
        .executeTakeFirst()
      if (queued !== undefined) await tellOperation(queued, row.user_id, [], trx)
    })
  }

  /** A later wish has settled the operation; or another server runs it, and the job belongs to that one. */
  async function endOvertaken(run: OperationRun, startedAt: number): Promise<void> {
    const query = db.selectFrom('operations').select('state').where('id', '=', run.operationId)
    const state = (await query.executeTakeFirst())?.state
    // Whoever settles it otherwise counts it.
    if (state === 'cancelled') onSettled(run.kind, 'cancelled', (performance.now() - startedAt) / 1000)
    if (state === 'queued' || state === 'running') throw new Error('another server runs this operation')
  }

  /** Answers whether the outcome was written: a run that was overtaken writes nothing. */
  async function settle(
    run: OperationRun,
    progress: OperationProgress,
    change: StatusChange | null,
    error: OperationError | null,
  ): Promise<boolean> {
    await progress.drain()
    return db.transaction().execute(async (trx) => {
      const row = await lockGeneration(run.environment.id, run.generation, trx)
      if (row === null || !(await progress.settle(error === null ? 'succeeded' : 'failed', error, trx))) return false
      if (change === null) await removeEnvironment(row, trx)
      else await changeStatus(row, change, trx)
      return true
    })
  }
}

/** The outcome, or the failure of `signal` once it aborts and the work has had its time to let go. */
async function orAborted<T>(outcome: Promise<T>, signal: AbortSignal, shutdown: AbortSignal): Promise<T> {
  const aborted = new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  const ended = outcome.then(
    () => {},
    () => {},
  )
  await Promise.race([ended, aborted])
  const patienceMs = shutdown.aborted ? letGoAtShutdownMs : letGoMs
  if (signal.aborted) await Promise.race([ended, sleep(patienceMs, null, { ref: false })])
  signal.throwIfAborted()
  return outcome
}
