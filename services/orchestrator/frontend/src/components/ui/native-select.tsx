import type * as React from 'react'
import { ChevronDownIcon } from 'lucide-react'
import { cn } from '@/lib/utils'

export function NativeSelect({ className, ...props }: React.ComponentProps<'select'>) {
  return (
    <span data-slot="native-select-wrapper" className={cn('relative inline-flex', className)}>
      <select
        data-slot="native-select"
        className={cn(
          'h-8 w-full min-w-0 cursor-pointer appearance-none rounded-md border border-input bg-card pr-8 pl-2.5 text-base transition-colors duration-150 outline-none md:text-sm',
          'hover:bg-accent focus-visible:border-ring focus-visible:ring-2 focus-visible:ring-ring/30',
          'disabled:cursor-not-allowed disabled:opacity-50 [&>option]:bg-popover [&>option]:text-popover-foreground',
        )}
        {...props}
      />
      <ChevronDownIcon
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 right-2 size-4 -translate-y-1/2 text-muted-foreground"
      />
    </span>
  )
}
