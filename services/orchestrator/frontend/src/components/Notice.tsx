import type { ReactNode } from 'react'
import { cn } from '@/lib/utils'

/** One thing to say in the place of content: what is or is not there, one sentence, the next step. */
export function Notice({
  icon,
  title,
  children,
  action,
  className,
  alert = false,
}: {
  icon?: ReactNode
  title: string
  children?: ReactNode
  action?: ReactNode
  className?: string
  alert?: boolean
}) {
  return (
    <div
      role={alert ? 'alert' : undefined}
      className={cn('mx-auto flex max-w-md flex-col items-center gap-2 px-6 py-16 text-center', className)}
    >
      {icon && (
        <span className="mb-2 grid size-11 place-items-center rounded-lg border bg-muted text-muted-foreground [&_svg]:size-5">
          {icon}
        </span>
      )}
      <h2 className="text-base font-medium text-balance">{title}</h2>
      {children && <div className="text-sm text-pretty text-muted-foreground">{children}</div>}
      {action && <div className="mt-4 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  )
}
