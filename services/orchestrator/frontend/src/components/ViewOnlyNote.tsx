import { EyeIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'

/** Lies over a terminal that its person only watches, and offers to type in it where that is allowed. */
export function ViewOnlyNote({ refusals, onTakePart }: { refusals: number; onTakePart?: (() => void) | undefined }) {
  return (
    <div className="absolute top-3 right-4 z-10 flex max-w-[calc(100%-2rem)] items-center gap-2 rounded-md border border-border-strong bg-popover py-1 pr-2.5 pl-2.5 text-xs has-[button]:pr-1 text-popover-foreground shadow-md">
      <EyeIcon aria-hidden="true" className="size-3.5 shrink-0" />
      <div role="status">
        <span className="font-medium">View only</span>
        {refusals > 0 && (
          <span key={refusals} className="ml-2 animate-pulse text-muted-foreground repeat-[2]">
            You are only watching. What you typed was not sent.
          </span>
        )}
      </div>
      {onTakePart && (
        <Button size="sm" variant="outline" onClick={onTakePart}>
          Take part
        </Button>
      )}
    </div>
  )
}
