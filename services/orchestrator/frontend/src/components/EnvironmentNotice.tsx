import { TriangleAlertIcon, XIcon } from 'lucide-react'
import type { Environment } from '@craftastic/contract'
import { RelativeTime } from '@/components/RelativeTime'
import { Button } from '@/components/ui/button'
import { useNotice } from '@/lib/use-notice'

/** What happened to a running environment that somebody should know, such as that it was brought back. */
export function EnvironmentNotice({ environment }: { environment: Environment }) {
  const { text, dismiss } = useNotice(environment)
  if (text === null) return null
  const { operation } = environment
  const happenedAt = operation?.kind === 'recover' ? operation.finishedAt : null
  return (
    <div
      role="status"
      className="flex items-start gap-3 rounded-lg border border-warning-border bg-warning-muted py-2 pr-2 pl-4"
    >
      <TriangleAlertIcon aria-hidden="true" className="mt-1.5 size-4 shrink-0 text-warning-text" />
      <p className="min-w-0 flex-1 py-1 text-pretty break-words">
        {text}
        {happenedAt && <RelativeTime at={happenedAt} className="ml-2 text-xs text-muted-foreground" />}
      </p>
      <Button variant="ghost" size="icon-sm" className="-my-0.5" onClick={dismiss}>
        <XIcon />
        <span className="sr-only">Dismiss the notice</span>
      </Button>
    </div>
  )
}

/** The same as a mark with the words in its title, for places without room. */
export function NoticeMark({ environment, className }: { environment: Environment; className?: string }) {
  const { text } = useNotice(environment)
  if (text === null) return null
  return (
    <span role="img" aria-label={text} title={text} className={className}>
      <TriangleAlertIcon aria-hidden="true" className="size-3.5 text-warning-text" />
    </span>
  )
}
