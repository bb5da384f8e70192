import type { ReactNode } from 'react'
import { CircleAlertIcon } from 'lucide-react'

/** What is wrong with a form as a whole. */
export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded-md bg-destructive-muted px-3 py-2 text-sm text-destructive-text"
    >
      <CircleAlertIcon aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <span className="min-w-0 break-words">{children}</span>
    </div>
  )
}
