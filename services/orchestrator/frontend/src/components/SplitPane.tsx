import type { ReactNode } from 'react'
import { XIcon } from 'lucide-react'
import { cn } from '@/lib/utils'

/** A terminal's part of the page: all of it, or one side with a name and a way to close it. */
export function SplitPane({
  place,
  ratio,
  label,
  focused,
  onFocus,
  onClose,
  children,
}: {
  /** Null hides it without ending anything. */
  place: 'whole' | 'left' | 'right' | null
  ratio: number
  label: string
  focused: boolean
  onFocus: () => void
  onClose: () => void
  children: ReactNode
}) {
  const percent = `${ratio * 100}%`
  const split = place === 'left' || place === 'right'
  return (
    <div
      className={cn('absolute inset-y-0 flex flex-col', place === null && 'hidden')}
      style={{ left: place === 'right' ? percent : 0, right: place === 'left' ? `calc(100% - ${percent})` : 0 }}
    >
      {split && (
        <div
          className={cn(
            'flex h-7 shrink-0 items-center gap-2 border-t-2 bg-terminal-bar pr-1 pl-3 text-xs',
            focused ? 'border-t-ring font-medium' : 'border-t-transparent text-muted-foreground',
          )}
        >
          <span className="min-w-0 flex-1 truncate">{label}</span>
          <button
            type="button"
            onClick={onClose}
            title="Close this side; the session keeps running"
            className="grid size-5 place-items-center rounded-sm text-muted-foreground outline-none hover:bg-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
          >
            <XIcon aria-hidden="true" className="size-3.5" />
            <span className="sr-only">Close {label} on this side</span>
          </button>
        </div>
      )}
      <div className="relative min-h-0 flex-1" onFocusCapture={onFocus}>
        {children}
      </div>
    </div>
  )
}
