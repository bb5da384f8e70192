import { useNow } from '@/lib/ticker'
import { exactTime, relativeTime } from '@/lib/time'

const stepMs = 30_000

/** "3 minutes ago"; the exact time is in the title. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const nowMs = useNow(stepMs)
  return (
    <time dateTime={at} title={exactTime(at)} className={className}>
      {relativeTime(at, nowMs)}
    </time>
  )
}
