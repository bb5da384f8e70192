import type { ComponentProps, ReactNode } from 'react'
import { Tooltip, TooltipContent, TooltipTrigger } from '@/components/ui/tooltip'

/** A tooltip around one control. It repeats or adds to the control's name; it never replaces it. */
export function Hint({
  text,
  side,
  children,
}: {
  text: ReactNode
  side?: ComponentProps<typeof TooltipContent>['side']
  children: ReactNode
}) {
  return (
    <Tooltip>
      <TooltipTrigger asChild>{children}</TooltipTrigger>
      <TooltipContent side={side}>{text}</TooltipContent>
    </Tooltip>
  )
}
