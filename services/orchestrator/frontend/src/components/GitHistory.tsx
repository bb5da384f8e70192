/** The commits with their graph. Only the rows that can be seen are drawn; older ones come as somebody scrolls to them. */
import { useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import type { GitCommit } from '@craftastic/contract'
import { gitLogQuery } from '@/api/git'
import { GitCommitRow } from '@/components/GitCommitRow'
import { graphWidth } from '@/components/GitGraphCell'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useGit } from '@/lib/git-context'
import { drawGraph } from '@/lib/git-graph'
import { readListKey } from '@/lib/git-list-keys'
import { useVisibleRows } from '@/lib/use-visible-rows'

const rowPx = 52
const noCommits: GitCommit[] = []

export function GitHistory() {
  const { tree, place, show } = useGit()
  const [all, setAll] = useState(false)
  const query = useInfiniteQuery(gitLogQuery(tree, all))
  const { data: commits = noCommits, isPending, isFetching, hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => drawGraph(commits), [commits])
  const { first, end } = useVisibleRows(scroller, commits.length, rowPx)
  const widthPx = graphWidth(rows.slice(first, end))
  const [current, setCurrent] = useState(0)

  const nearEnd = end >= commits.length && commits.length > 0
  const goOn = useEffectEvent(() => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  })
  useEffect(() => {
    if (nearEnd) goOn()
  }, [nearEnd, commits.length])

  const open = (commit: GitCommit, at: number) => {
    setCurrent(at)
    show({ ...place, commit: commit.commit })
  }

  return (
    <>
      <div className="flex h-9 shrink-0 items-center gap-2 border-b bg-sidebar pr-1.5 pl-3 text-xs">
        <span className="flex-1 font-medium">{all ? 'All branches' : 'This branch'}</span>
        <Button variant="ghost" size="xs" className="h-6" aria-pressed={all} onClick={() => setAll(!all)}>
          {all ? 'Show this branch only' : 'Show all branches'}
        </Button>
      </div>
      {isPending && (
        <div aria-hidden="true" className="grid gap-4 p-4">
          {['w-4/5', 'w-3/5', 'w-2/3', 'w-1/2'].map((width) => (
            <Skeleton key={width} className={`h-4 ${width}`} />
          ))}
        </div>
      )}
      {query.isError && commits.length === 0 && (
        <LoadFailure error={query.error} retrying={isFetching} onRetry={() => void query.refetch()} />
      )}
      {query.isSuccess && commits.length === 0 && (
        <Notice title="No commits yet" className="py-12">
          The first one begins the history of this branch.
        </Notice>
      )}
      {commits.length > 0 && (
        <div ref={scroller} className="relative min-h-0 flex-1 overflow-y-auto">
          <div
            role="listbox"
            aria-label="Commits"
            aria-activedescendant={current >= first && current < end ? `commit-${current}` : undefined}
            tabIndex={0}
            className="relative outline-none"
            style={{ height: commits.length * rowPx }}
            onKeyDown={(event) => {
              const pageRows = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowPx) - 1)
              const key = readListKey(event, current, commits.length, pageRows)
              if (key?.name !== 'move' && key?.name !== 'open') return
              event.preventDefault()
              const at = key.name === 'move' ? key.to : current
              const commit = commits[at]
              if (key.name === 'open' && commit) return open(commit, at)
              setCurrent(at)
              const element = scroller.current
              if (!element) return
              const least = (at + 1) * rowPx - element.clientHeight
              element.scrollTop = Math.min(at * rowPx, Math.max(least, element.scrollTop))
            }}
          >
            {commits.slice(first, end).map((commit, index) => {
              const at = first + index
              const row = rows[at]
              return (
                row && (
                  <GitCommitRow
                    key={commit.commit}
                    id={`commit-${at}`}
                    commit={commit}
                    row={row}
                    topPx={at * rowPx}
                    heightPx={rowPx}
                    graphPx={widthPx}
                    open={place.commit === commit.commit}
                    current={at === current}
                    onOpen={() => open(commit, at)}
                  />
                )
              )
            })}
          </div>
          {isFetchingNextPage && (
            <p role="status" className="flex items-center gap-2 px-3 py-2 text-xs text-muted-foreground">
              <Spinner className="size-3.5" /> Older commits are being loaded.
            </p>
          )}
        </div>
      )}
    </>
  )
}
