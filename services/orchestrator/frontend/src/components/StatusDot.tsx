import type { Tone } from '@/lib/status'
import { cn } from '@/lib/utils'

/** Each tone has a shape of its own, so that colour is never the only sign: disc, ring, turning ring, dash, diamond. */
const shapes: Record<Tone, string> = {
  running: 'size-2 rounded-full bg-status-running',
  idle: 'size-2 rounded-full border-[1.5px] border-status-running',
  busy: 'size-2.5 rounded-full border-[1.5px] border-status-busy border-r-transparent animate-spin',
  stopped: 'h-0.5 w-2 rounded-full bg-status-stopped',
  error: 'size-[7px] rotate-45 rounded-[1px] bg-status-error',
}

/** `word` is read to those who do not see the dot; leave it out where the word stands beside it. */
export function StatusDot({ tone, word, className }: { tone: Tone; word?: string; className?: string }) {
  return (
    <span data-slot="status-dot" className={cn('inline-grid size-3 shrink-0 place-items-center', className)}>
      <span aria-hidden="true" className={shapes[tone]} />
      {word && <span className="sr-only">{`${word}, `}</span>}
    </span>
  )
}

export function StatusWord({ tone, word, className }: { tone: Tone; word: string; className?: string }) {
  return (
    <span className={cn('inline-flex shrink-0 items-center gap-1.5 text-xs font-medium whitespace-nowrap', className)}>
      <StatusDot tone={tone} />
      {word}
    </span>
  )
}
