import { useLayoutEffect, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ChevronRightIcon } from 'lucide-react'
import { describeError } from '@/api/errors'
import { operationQuery } from '@/api/operations'
import { Collapsible, CollapsibleContent, CollapsibleTrigger } from '@/components/ui/collapsible'
import { isSettled } from '@/lib/operation-progress'
import { cn } from '@/lib/utils'

/** The log of an operation, folded; read only once it is opened. */
export function OperationLog({ operationId }: { operationId: string }) {
  const [open, setOpen] = useState(false)
  return (
    <Fold label="Log" open={open} onOpenChange={setOpen}>
      <LogLines operationId={operationId} />
    </Fold>
  )
}

export function Fold({
  label,
  open,
  onOpenChange,
  children,
}: {
  label: string
  open: boolean
  onOpenChange: (open: boolean) => void
  children: React.ReactNode
}) {
  return (
    <Collapsible open={open} onOpenChange={onOpenChange}>
      <CollapsibleTrigger className="-ml-1 flex h-8 items-center gap-1.5 rounded-md px-1 text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring">
        <ChevronRightIcon className={cn('size-4 transition-transform duration-150', open && 'rotate-90')} />
        {label}
      </CollapsibleTrigger>
      <CollapsibleContent className="pb-2">{children}</CollapsibleContent>
    </Collapsible>
  )
}

export function OutputBlock({ text, follow = false, label }: { text: string; follow?: boolean; label: string }) {
  const block = useRef<HTMLPreElement>(null)
  const atEnd = useRef(true)

  useLayoutEffect(() => {
    const element = block.current
    if (element && follow && atEnd.current) element.scrollTop = element.scrollHeight
  }, [text, follow])

  return (
    <pre
      ref={block}
      tabIndex={0}
      aria-label={label}
      onScroll={({ currentTarget: element }) => {
        atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 24
      }}
      className="mt-1 max-h-72 overflow-auto rounded-md border bg-terminal p-3 font-mono text-xs leading-5 break-words whitespace-pre-wrap outline-none focus-visible:ring-2 focus-visible:ring-ring"
    >
      {text}
    </pre>
  )
}

/** Read when it is mounted; events lengthen it. */
export function LogLines({ operationId }: { operationId: string }) {
  const { data, error } = useQuery(operationQuery(operationId))
  if (error) return <p className="py-2 text-sm text-muted-foreground">{describeError(error).title}.</p>
  if (!data) return <p className="py-2 text-sm text-muted-foreground">Reading the log</p>
  if (data.lines.length === 0) {
    const words = isSettled(data) ? 'Nothing was written.' : 'Nothing was written yet.'
    return <p className="py-2 text-sm text-muted-foreground">{words}</p>
  }
  return <OutputBlock follow label="Log" text={data.lines.join('\n')} />
}
