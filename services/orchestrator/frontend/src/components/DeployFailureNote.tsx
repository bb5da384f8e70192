import { CircleAlertIcon, XIcon } from 'lucide-react'
import { describeError } from '@/api/errors'
import { Button } from '@/components/ui/button'
import { useDeploy } from '@/lib/deploy-context'

/** Why a deployment did not begin. */
export function DeployFailureNote() {
  const { failure, dismiss } = useDeploy()
  if (failure === null) return null
  const { title, detail } = describeError(failure)
  return (
    <div role="alert" className="flex items-start gap-2 border-t bg-destructive-muted py-2 pr-2 pl-4">
      <CircleAlertIcon aria-hidden="true" className="mt-1 size-4 shrink-0 text-destructive-text" />
      <div className="min-w-0 flex-1 py-0.5">
        <p className="font-medium break-words">{title}</p>
        {detail && <p className="text-pretty break-words text-muted-foreground">{detail}</p>}
      </div>
      <Button variant="ghost" size="icon-xs" onClick={dismiss}>
        <XIcon className="size-3.5" />
        <span className="sr-only">Dismiss</span>
      </Button>
    </div>
  )
}
