/**
 * The running side of one operation: walks its steps, keeps their state in memory and writes it to the operation often
 * enough to look live and seldom enough not to matter (once per `writeIntervalMs`, and at each change of step).
 */
import type { OperationError, OperationState, OperationStep, StepName } from '@craftastic/contract'
import type { Database, Transaction } from './database.ts'
import { updateOperation } from './operation-log.ts'
import { pendingSteps } from './operation-steps.ts'

const writeIntervalMs = 250

/** A step failed in a way that can be told in words. */
export class StepFailure extends Error {
  override name = 'StepFailure'
  /** What the failing program wrote, for those who want it. */
  readonly output: string | null
  readonly code: OperationError['code']
  constructor(
    reason: string,
    options: { output?: string; code?: OperationError['code'] | undefined; cause?: unknown } = {},
  ) {
    super(reason, options)
    this.code = options.code
    this.output = options.output?.slice(-4096) ?? null
  }
}

export interface OperationProgress {
  /** Runs one step. What it throws is thrown on, with the step marked as failed; so is a database that is away. */
  step(name: StepName, work: () => Promise<void>): Promise<void>
  /** How far the running step is; null where it cannot tell. */
  report(percent: number | null, message: string): void
  /** Adds lines to the log. */
  addLines(lines: readonly string[]): void
  /** The step that failed or was cut short; the last one when none was. */
  failedStep(): StepName
  /** Resolves when no write is under way any more. Before `settle`, and outside of its transaction. */
  drain(): Promise<void>
  /** Settles the operation, in the caller's transaction. Answers false when it no longer is this run's to settle. */
  settle(state: OperationState, error: OperationError | null, trx: Transaction): Promise<boolean>
}

export type OperationProgressOptions = {
  run: { operationId: string; generation: number; ownerId: string; steps: readonly StepName[] }
  /** Called when a write finds that the run is no longer the one that counts; must abort `signal`. */
  onOvertaken: () => void
  signal: AbortSignal
  db: Database
}

export function openOperationProgress({ run, onOvertaken, signal, db }: OperationProgressOptions): OperationProgress {
  const steps = pendingSteps(run.steps)
  let lines: string[] = []
  let current: OperationStep | null = null
  let timer: NodeJS.Timeout | null = null
  let writing: Promise<unknown> = Promise.resolve()

  const write = async (state: OperationState, error: OperationError | null, trx: Transaction) => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const change = { state, steps: structuredClone(steps), lines, ...(error === null ? {} : { error }) }
    lines = []
    try {
      const isWritten = await updateOperation(run, change, trx)
      if (!isWritten) onOvertaken()
      return isWritten
    } catch (cause) {
      lines = [...change.lines, ...lines]
      throw cause
    }
  }
  /** Writes follow each other. */
  const writeNext = () => {
    const next = writing.then(() => db.transaction().execute((trx) => write('running', null, trx)))
    writing = next.catch(() => {})
    return next
  }
  /** One that fails is made good by the next one. */
  const writeSoon = () => (timer ??= setTimeout(() => void writeNext().catch(() => {}), writeIntervalMs))

  return {
    step: async (name, work) => {
      const step = steps.find((candidate) => candidate.name === name)
      if (step === undefined) throw new Error(`the operation has no step "${name}"`)
      current = step
      step.state = 'running'
      step.startedAt = new Date().toISOString()
      // Nothing is begun that cannot be written down, or that another run does now.
      await writeNext()
      signal.throwIfAborted()
      try {
        await work()
        step.state = 'done'
        step.percent = step.percent === null ? null : 100
      } catch (error) {
        step.state = 'failed'
        throw error
      } finally {
        step.finishedAt = new Date().toISOString()
        current = null
      }
    },
    report: (percent, message) => {
      if (current === null) return
      current.percent = percent === null ? null : Math.round(percent)
      current.message = message
      writeSoon()
    },
    addLines: (added) => {
      lines.push(...added)
      writeSoon()
    },
    failedStep: () => {
      const failed = steps.find((step) => step.state === 'failed') ?? steps.find((step) => step.state === 'running')
      return (failed ?? steps.at(-1))?.name ?? 'ready'
    },
    drain: async () => {
      await writing
    },
    settle: async (state, error, trx) => {
      if (state === 'failed' && current !== null) {
        current.state = 'failed'
        current.finishedAt = new Date().toISOString()
      }
      return write(state, error, trx)
    },
  }
}
