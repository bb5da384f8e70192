import type { ReactNode } from 'react'
import { ArrowLeftIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useGit } from '@/lib/git-context'

/** What was chosen in a list: beside it where there is room, else in its place with a way back. */
export function GitDetail({
  title,
  actions,
  children,
}: {
  title: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  const { wide, place, show } = useGit()
  const back = () => show({ ...place, file: null, commit: null })
  return (
    <section
      aria-label="Details"
      className="flex min-h-0 min-w-0 flex-1 flex-col"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        back()
      }}
    >
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-x-1.5 gap-y-1 border-b py-1 pr-2 pl-3">
        {!wide && (
          <Button variant="ghost" size="icon-xs" className="-ml-1.5 size-7" onClick={back} autoFocus>
            <ArrowLeftIcon className="size-4" />
            <span className="sr-only">Back to the list</span>
          </Button>
        )}
        <div className="min-w-32 flex-1">{title}</div>
        {actions && <div className="ml-auto flex shrink-0 items-center gap-1">{actions}</div>}
      </div>
      <div className="relative min-h-0 flex-1 overflow-auto">{children}</div>
    </section>
  )
}
