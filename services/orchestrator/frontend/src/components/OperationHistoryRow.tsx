import { useState, type ReactNode } from 'react'
import { BanIcon, CheckIcon, ChevronRightIcon, XIcon } from 'lucide-react'
import type { Environment, Operation, OperationState } from '@craftastic/contract'
import { LogLines } from '@/components/OperationLog'
import { OperationSteps } from '@/components/OperationSteps'
import { RelativeTime } from '@/components/RelativeTime'
import { StatusDot } from '@/components/StatusDot'
import { Collapsible, CollapsibleContent, CollapsibleTrigger } from '@/components/ui/collapsible'
import { useCurrentUser } from '@/lib/current-user'
import { operationMs } from '@/lib/operation-progress'
import { historyTitle, outcomeWord, queueWords, requesterWords } from '@/lib/operation-words'
import { useNow } from '@/lib/ticker'
import { duration } from '@/lib/time'
import { cn } from '@/lib/utils'

/** One operation of the past, or the one under way; its steps and its log unfold below it. */
export function OperationHistoryRow({ operation, environment }: { operation: Operation; environment: Environment }) {
  const user = useCurrentUser()
  const [open, setOpen] = useState(false)
  const reason = operation.error?.reason
  return (
    <li>
      <Collapsible open={open} onOpenChange={setOpen}>
        <div className="relative flex min-h-10 flex-wrap items-center gap-x-3 gap-y-0.5 py-2 pr-4 pl-3 hover:bg-accent/50">
          <CollapsibleTrigger className="flex items-center gap-2 rounded-sm font-medium outline-none after:absolute after:inset-0 focus-visible:ring-2 focus-visible:ring-ring">
            <ChevronRightIcon
              aria-hidden="true"
              className={cn('size-4 text-muted-foreground transition-transform duration-150', open && 'rotate-90')}
            />
            {historyTitle(operation)}
          </CollapsibleTrigger>
          <span className="text-xs text-muted-foreground">{requesterWords(operation, environment, user)}</span>
          <span className="ml-auto flex items-center gap-x-3 text-xs text-muted-foreground max-sm:ml-6 max-sm:w-full">
            <RelativeTime at={operation.createdAt} className="relative z-10" />
            <span className="text-right tabular-nums sm:w-20">
              <Time operation={operation} />
            </span>
            <Outcome state={operation.state} />
          </span>
        </div>
        {reason && (
          <p
            className={cn(
              'pr-4 pb-2 pl-9 text-xs text-pretty break-words',
              operation.state === 'failed' ? 'text-destructive-text' : 'text-muted-foreground',
            )}
          >
            {reason}
          </p>
        )}
        <CollapsibleContent className="pr-4 pb-3 pl-9">
          <OperationSteps operation={operation} />
          <LogLines operationId={operation.id} />
        </CollapsibleContent>
      </Collapsible>
    </li>
  )
}

const outcomeIcons: Record<OperationState, ReactNode> = {
  queued: <StatusDot tone="busy" />,
  running: <StatusDot tone="busy" />,
  succeeded: <CheckIcon aria-hidden="true" className="size-4 text-status-running" />,
  failed: <XIcon aria-hidden="true" className="size-4 text-status-error" />,
  cancelled: <BanIcon aria-hidden="true" className="size-3.5 text-status-stopped" />,
}

function Outcome({ state }: { state: OperationState }) {
  return (
    <span className="flex items-center gap-1.5 font-medium text-foreground max-sm:ml-auto sm:w-21">
      <span className="grid size-4 shrink-0 place-items-center">{outcomeIcons[state]}</span>
      {outcomeWord(state)}
    </span>
  )
}

/** How long it took or takes; how long the line is while it waits. */
function Time({ operation }: { operation: Operation }) {
  const nowMs = useNow(1000)
  const ms = operationMs(operation, nowMs)
  return ms === null ? (queueWords(operation)?.replace('Waiting: ', '') ?? '') : duration(ms)
}
