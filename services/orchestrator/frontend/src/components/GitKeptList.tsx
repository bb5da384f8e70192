import type { ReactNode } from 'react'
import type { UseQueryResult } from '@tanstack/react-query'
import type { GitKept } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { RelativeTime } from '@/components/RelativeTime'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useGit } from '@/lib/git-context'
import { showName } from '@/lib/git-names'
import { cn } from '@/lib/utils'

/** Stashes or discards, newest first. */
export function GitKeptList({
  title,
  query,
  empty,
  actions,
}: {
  title: string
  query: UseQueryResult<GitKept[]>
  empty: string
  actions: (kept: GitKept) => ReactNode
}) {
  const { place, show } = useGit()
  const { data, error, refetch } = query
  return (
    <section aria-label={title}>
      <h3 className="sticky top-0 z-10 flex h-9 items-center gap-1.5 border-b bg-sidebar px-3 text-xs font-medium">
        {title}
        {data && data.length > 0 && (
          <span className="font-normal text-muted-foreground tabular-nums">{data.length}</span>
        )}
      </h3>
      {!data && !error && <Skeleton className="m-3 h-4 w-3/5" />}
      {!data && error && (
        <p role="alert" className="flex items-center gap-2 px-3 py-2 text-sm">
          {describeError(error).title}
          <Button variant="outline" size="xs" onClick={() => void refetch()}>
            Try again
          </Button>
        </p>
      )}
      {data?.length === 0 && <p className="px-3 py-3 text-pretty text-muted-foreground">{empty}</p>}
      <ul>
        {data?.map((kept) => (
          <li
            key={kept.commit}
            className={cn(
              'relative flex flex-wrap items-center gap-x-2 gap-y-1 border-b px-3 py-2 hover:bg-accent',
              place.commit === kept.commit && 'bg-accent',
            )}
          >
            <button
              type="button"
              onClick={() => show({ ...place, commit: kept.commit })}
              className="min-w-32 flex-1 rounded-sm text-left outline-none after:absolute after:inset-0 focus-visible:ring-2 focus-visible:ring-ring"
            >
              <span className="block truncate" title={showName(kept.message)}>
                {showName(kept.message)}
              </span>
              <RelativeTime at={kept.createdAt} className="text-xs text-muted-foreground" />
            </button>
            <span className="relative z-1 flex items-center gap-1">{actions(kept)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
