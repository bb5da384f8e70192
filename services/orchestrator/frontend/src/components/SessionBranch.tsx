import { GitBranchIcon } from 'lucide-react'

/** The branch that a session has for itself. */
export function SessionBranch({ branch }: { branch: string }) {
  return (
    <span
      className="flex min-w-8 items-center gap-1 text-xs font-normal text-muted-foreground"
      title={`Branch ${branch}`}
    >
      <GitBranchIcon aria-hidden="true" className="size-3 shrink-0" />
      <span className="sr-only">Branch</span>
      <span className="truncate font-mono">{branch}</span>
    </span>
  )
}
