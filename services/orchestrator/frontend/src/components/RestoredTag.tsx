import type { Session } from '@craftastic/contract'
import { useNow } from '@/lib/ticker'
import { exactTime } from '@/lib/time'
import { cn } from '@/lib/utils'

const stepMs = 60_000
/** Who did not look for a day has nothing left to miss. */
const shownMs = 24 * 3600_000

/** Says that a session is a new shell because its container had ended. */
export function RestoredTag({ session, className }: { session: Pick<Session, 'restoredAt'>; className?: string }) {
  const nowMs = useNow(stepMs)
  const { restoredAt } = session
  if (restoredAt === null || nowMs - Date.parse(restoredAt) > shownMs) return null
  return (
    <span
      title={`A new shell since ${exactTime(restoredAt)}: the container had ended, its programs are gone.`}
      className={cn(
        'relative z-10 shrink-0 rounded-sm border px-1.5 text-xs leading-5 text-muted-foreground',
        className,
      )}
    >
      Restored
    </span>
  )
}
