import type { ReactNode } from 'react'
import { ExternalLinkIcon } from 'lucide-react'
import { cn } from '@/lib/utils'

/** Leads out of the app, into a tab of its own. */
export function OutsideLink({ href, className, children }: { href: string; className?: string; children: ReactNode }) {
  return (
    <a
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      className={cn(
        'inline-flex max-w-full min-w-0 items-center gap-1 justify-self-start rounded-sm text-link underline-offset-4 outline-none hover:underline focus-visible:ring-2 focus-visible:ring-ring',
        className,
      )}
    >
      <span className="truncate">{children}</span>
      <ExternalLinkIcon aria-hidden="true" className="size-3 shrink-0" />
    </a>
  )
}
