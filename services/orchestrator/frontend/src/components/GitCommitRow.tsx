import { ArrowUpIcon } from 'lucide-react'
import type { GitCommit } from '@craftastic/contract'
import { GitGraphCell } from '@/components/GitGraphCell'
import { GitRefs } from '@/components/GitRefs'
import { RelativeTime } from '@/components/RelativeTime'
import type { GraphRow } from '@/lib/git-graph'
import { showName } from '@/lib/git-names'
import { cn } from '@/lib/utils'

/** One commit of the history, at its place in the long list. */
export function GitCommitRow(props: {
  id: string
  commit: GitCommit
  row: GraphRow
  topPx: number
  heightPx: number
  graphPx: number
  open: boolean
  current: boolean
  onOpen: () => void
}) {
  const { commit, row, topPx, heightPx, graphPx, open } = props
  const { subject, author, authoredAt, refs, pushed } = commit
  return (
    <div
      id={props.id}
      role="option"
      aria-selected={open}
      onClick={props.onOpen}
      style={{ top: topPx, height: heightPx }}
      className={cn(
        'absolute inset-x-0 flex cursor-pointer items-center gap-2 pr-3 pl-2 hover:bg-accent',
        open && 'bg-accent',
        props.current && 'in-focus-visible:inset-ring-2 in-focus-visible:inset-ring-ring',
      )}
    >
      <GitGraphCell row={row} heightPx={heightPx} widthPx={graphPx} filled={pushed} />
      <span className="min-w-0 flex-1">
        <span className="flex min-w-0 items-center gap-1.5">
          <GitRefs refs={refs} />
          <span className="truncate" title={showName(subject)}>
            {subject === '' ? <em>No message</em> : showName(subject)}
          </span>
        </span>
        <span className="flex items-center gap-1.5 text-xs text-muted-foreground">
          <span className="truncate">{showName(author.name)}</span>
          <span aria-hidden="true">·</span>
          <RelativeTime at={authoredAt} className="shrink-0" />
          {!pushed && (
            <span
              className="ml-auto flex shrink-0 items-center gap-0.5 text-warning-text"
              title="The remote does not have it yet"
            >
              <ArrowUpIcon aria-hidden="true" className="size-3" />
              Not pushed
            </span>
          )}
        </span>
      </span>
    </div>
  )
}
