import type { Operation } from '@craftastic/contract'
import { OperationLog } from '@/components/OperationLog'
import { OperationSteps } from '@/components/OperationSteps'

/** An operation that is under way: its steps, and its log for those who open it. */
export function OperationProgress({ operation, title }: { operation: Operation; title: string }) {
  return (
    <section aria-label={title} className="rounded-lg border bg-card">
      <h2 className="flex min-h-12 items-center border-b px-4 text-sm font-medium">{title}</h2>
      <div className="px-4 py-3">
        <OperationSteps operation={operation} />
      </div>
      <div className="border-t px-4 py-2">
        <OperationLog operationId={operation.id} />
      </div>
    </section>
  )
}
