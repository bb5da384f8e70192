import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'

/** What lies over a terminal that is not connected: why, and the one thing that helps. */
export function BannerBox({
  title,
  late = false,
  refusals,
  action,
  children,
}: {
  title: string
  /** Shows itself after a moment, because most losses are mended sooner. */
  late?: boolean
  refusals: number
  action: ReactNode
  children: ReactNode
}) {
  return (
    <div className="absolute inset-x-0 top-4 z-10 flex justify-center px-4">
      <div
        className={cn(
          'flex max-w-lg flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border border-border-strong bg-popover py-3 pr-3 pl-4 text-popover-foreground shadow-lg animate-in fill-mode-backwards duration-150 fade-in-0',
          late && refusals === 0 && 'delay-400',
        )}
      >
        <div role="status" className="min-w-0 flex-1 basis-52">
          <p className="font-medium">{title}</p>
          <p className="text-xs text-muted-foreground">{children}</p>
          {refusals > 0 && (
            <p key={refusals} className="mt-1 animate-pulse text-xs font-medium repeat-[2]">
              What you typed was not sent.
            </p>
          )}
        </div>
        {action}
      </div>
    </div>
  )
}
