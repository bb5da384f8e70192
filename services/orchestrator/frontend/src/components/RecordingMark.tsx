import { useNow } from '@/lib/ticker'
import { playTime } from '@/lib/time'
import { cn } from '@/lib/utils'

/** Says that a session is being recorded, where there is no room for more. */
export function RecordingDot() {
  return (
    <span className="grid size-3 shrink-0 place-items-center">
      <span aria-hidden="true" className="size-2 rounded-full bg-status-error motion-safe:animate-pulse" />
      <span className="sr-only">, being recorded</span>
    </span>
  )
}

/** For how long a session has been recorded. */
export function RecordingTime({ since, className }: { since: string; className?: string }) {
  const nowMs = useNow(1000)
  return (
    <span
      title="Being recorded"
      className={cn('inline-flex shrink-0 items-center gap-1.5 text-xs font-medium whitespace-nowrap', className)}
    >
      <span aria-hidden="true" className="size-2 rounded-full bg-status-error motion-safe:animate-pulse" />
      <span className="sr-only">Being recorded for </span>
      <span className="tabular-nums">{playTime((nowMs - Date.parse(since)) / 1000)}</span>
    </span>
  )
}
