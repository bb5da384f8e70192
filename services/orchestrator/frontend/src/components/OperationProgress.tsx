import type { Operation } from '@craftastic/contract'
import { CancelOperation } from '@/components/CancelOperation'
import { OperationLog } from '@/components/OperationLog'
import { OperationSteps } from '@/components/OperationSteps'
import { StatusDot } from '@/components/StatusDot'
import { isRunningLate } from '@/lib/operation-progress'
import { progressTitle, queueWords } from '@/lib/operation-words'
import { useNow } from '@/lib/ticker'
import { clockTime, exactTime } from '@/lib/time'

/** An operation that is under way: its place in line or its steps, its log for those who open it, the way to stop it. */
export function OperationProgress({ operation }: { operation: Operation }) {
  const title = progressTitle(operation.kind)
  const waiting = queueWords(operation)
  return (
    <section aria-label={title} className="rounded-lg border bg-card">
      <div className="flex min-h-12 items-center gap-3 border-b pr-2 pl-4">
        <h2 className="min-w-0 flex-1 truncate text-sm font-medium">{title}</h2>
        <CancelOperation operation={operation} />
      </div>
      <div className="px-4 py-3">
        {waiting && (
          <p role="status" className="flex min-h-8 items-center gap-3 font-medium tabular-nums">
            <span className="grid size-4 place-items-center">
              <StatusDot tone="busy" />
            </span>
            {waiting}
          </p>
        )}
        <OperationSteps operation={operation} />
      </div>
      <div className="flex flex-wrap items-start justify-between gap-x-4 border-t px-4 py-2">
        <div className="min-w-0 flex-1">
          <OperationLog operationId={operation.id} />
        </div>
        <Deadline operation={operation} />
      </div>
    </section>
  )
}

const deadlineStepMs = 5000

/** When it is given up, once that is near enough to matter. */
function Deadline({ operation }: { operation: Operation }) {
  const nowMs = useNow(deadlineStepMs)
  const { deadlineAt } = operation
  if (deadlineAt === null || !isRunningLate(operation, nowMs)) return null
  return (
    <p className="flex h-8 items-center text-xs text-muted-foreground tabular-nums" title={exactTime(deadlineAt)}>
      Gives up at {clockTime(deadlineAt, nowMs)}
    </p>
  )
}
