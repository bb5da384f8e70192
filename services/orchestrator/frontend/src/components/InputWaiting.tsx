import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/lib/bytes'

/** Says what a long paste still has to send. Shows itself late, because most are sent sooner. */
export function InputWaiting({ bytes, onStop }: { bytes: number; onStop: () => void }) {
  return (
    <div className="absolute right-4 bottom-4 z-10 flex animate-in items-center gap-2 rounded-md border border-border-strong bg-popover py-1 pr-1 pl-2.5 text-xs text-popover-foreground shadow-md delay-300 duration-150 fill-mode-backwards fade-in-0">
      <Spinner className="size-3.5" />
      <span className="tabular-nums">Pasting, {formatBytes(bytes)} to go</span>
      <Button size="xs" variant="outline" onClick={onStop}>
        Stop
      </Button>
    </div>
  )
}
