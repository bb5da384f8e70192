import { EyeIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'

/** Lies over a terminal that its person only watches, and offers to type in it. */
export function ViewOnlyNote({ refusals, onTakePart }: { refusals: number; onTakePart: () => void }) {
  return (
    <div className="absolute top-3 right-4 z-10 flex items-center gap-2 rounded-md border border-border-strong bg-popover py-1 pr-1 pl-2.5 text-xs text-popover-foreground shadow-md">
      <EyeIcon aria-hidden="true" className="size-3.5 shrink-0" />
      <div role="status">
        <span className="font-medium">View only</span>
        {refusals > 0 && (
          <span key={refusals} className="ml-2 animate-pulse text-muted-foreground repeat-[2]">
            You are only watching. What you typed was not sent.
          </span>
        )}
      </div>
      <Button size="sm" variant="outline" onClick={onTakePart}>
        Take part
      </Button>
    </div>
  )
}
