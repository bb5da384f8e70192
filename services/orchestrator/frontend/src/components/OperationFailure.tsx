import { useState } from 'react'
import { CircleAlertIcon, RotateCwIcon, Trash2Icon } from 'lucide-react'
import { toast } from 'sonner'
import type { Environment } from '@craftastic/contract'
import { retryEnvironmentMutation } from '@/api/environments'
import { describeError } from '@/api/errors'
import { Fold, OperationLog, OutputBlock } from '@/components/OperationLog'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { useAppActions } from '@/lib/app-actions'
import { explainEnvironment, stepFailure } from '@/lib/status'
import { useAction } from '@/lib/use-action'

/** What failed, why, the exact words of the program, and the next thing to do. */
export function OperationFailure({ environment }: { environment: Environment }) {
  const { deleteEnvironment } = useAppActions()
  const [outputOpen, setOutputOpen] = useState(false)
  const { operation } = environment
  const failure = operation?.state === 'failed' ? operation.error : null
  const title = operation && failure ? stepFailure(operation.kind, failure.step) : 'The environment ended unexpectedly'
  const wasDeletion = failure !== null && operation?.kind === 'delete'

  return (
    <section aria-label="What failed" className="rounded-lg border bg-card">
      <div className="grid gap-3 p-4">
        <div role="alert" className="grid gap-1">
          <h2 className="flex items-center gap-2 text-sm font-medium">
            <CircleAlertIcon aria-hidden="true" className="size-4 shrink-0 text-status-error" />
            {title}
          </h2>
          <p className="pl-6 text-pretty break-words text-muted-foreground">
            {failure?.reason ?? explainEnvironment(environment)}
          </p>
        </div>
        <div className="flex flex-wrap gap-2 pl-6">
          {!wasDeletion && <RetryButton environmentId={environment.id} />}
          <Button variant="outline" size="sm" onClick={() => deleteEnvironment(environment)}>
            <Trash2Icon />
            {wasDeletion ? 'Delete again' : 'Delete'}
          </Button>
        </div>
      </div>
      {(failure?.output || operation) && (
        <div className="grid border-t px-4 py-2">
          {failure?.output && (
            <Fold label="Exact output" open={outputOpen} onOpenChange={setOutputOpen}>
              <OutputBlock label="Exact output" text={failure.output.trimEnd()} />
            </Fold>
          )}
          {operation && <OperationLog operationId={operation.id} />}
        </div>
      )}
    </section>
  )
}

export function RetryButton({ environmentId, small = false }: { environmentId: string; small?: boolean }) {
  const { run, pending } = useAction(retryEnvironmentMutation())
  const retry = () =>
    run(environmentId, {
      onError: (error) => {
        const { title, detail } = describeError(error)
        toast.error(title, { description: detail })
      },
    })
  return (
    <Button size={small ? 'xs' : 'sm'} variant={small ? 'outline' : 'default'} disabled={pending} onClick={retry}>
      {pending ? <Spinner /> : <RotateCwIcon />}
      Retry
    </Button>
  )
}
