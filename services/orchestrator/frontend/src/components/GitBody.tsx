import { useEffect, useRef } from 'react'
import { hasCode } from '@/api/errors'
import { GitBranchMenu } from '@/components/GitBranchMenu'
import { GitChanges } from '@/components/GitChanges'
import { GitCommitDetail } from '@/components/GitCommitDetail'
import { GitFailureNote } from '@/components/GitFailureNote'
import { GitFileDiff } from '@/components/GitFileDiff'
import { GitHistory } from '@/components/GitHistory'
import { GitOperationBanner } from '@/components/GitOperationBanner'
import { GitStashes } from '@/components/GitStashes'
import { GitSyncButtons } from '@/components/GitSyncButtons'
import { useGit, type GitFailure } from '@/lib/git-context'
import { countChanges } from '@/lib/git-files'
import { gitTabs, type GitTab } from '@/lib/git-place'
import { cn } from '@/lib/utils'

const titles: Record<GitTab, string> = { changes: 'Changes', history: 'History', stashes: 'Stashes' }

/** All of the panel once there is a repository. */
export function GitBody({ failure, closable }: { failure: GitFailure | null; closable: boolean }) {
  const { place, status, wide } = useGit()
  // The banner says it, and what to do.
  const told = status.operation !== null && hasCode(failure?.error, 'git_conflict')
  const detail =
    place.tab === 'changes'
      ? place.file && <GitFileDiff {...place.file} />
      : place.commit !== null && <GitCommitDetail commit={place.commit} />

  const lists = useRef<HTMLDivElement>(null)
  const covered = !wide && Boolean(detail)
  const wasCovered = useRef(false)
  // Who comes back from what covered the list goes on where the list was left.
  useEffect(() => {
    if (wasCovered.current && !covered) {
      const place = lists.current?.querySelector('[role="grid"], [role="listbox"]')
      if (place instanceof HTMLElement) place.focus({ preventScroll: true })
    }
    wasCovered.current = covered
  }, [covered])

  return (
    <>
      <div
        className={cn(
          'flex h-11 shrink-0 items-center justify-between gap-1 border-b pl-1',
          closable ? 'pr-9' : 'pr-2',
        )}
      >
        <GitBranchMenu />
        <GitSyncButtons />
      </div>
      <GitOperationBanner />
      {failure && !told && <GitFailureNote failure={failure} />}
      <div className="flex min-h-0 flex-1">
        <div
          ref={lists}
          className={cn(
            'min-h-0 min-w-0 flex-1 flex-col',
            covered ? 'hidden' : 'flex',
            wide && 'max-w-96 basis-[38%] border-r',
          )}
        >
          <Tabs />
          {place.tab === 'changes' ? <GitChanges /> : place.tab === 'history' ? <GitHistory /> : <GitStashes />}
        </div>
        {detail}
        {wide && !detail && (
          <p className="grid min-w-0 flex-1 place-items-center p-6 text-center text-muted-foreground">
            {place.tab === 'changes'
              ? 'Choose a file to see what changed in it.'
              : 'Choose an entry to see what it changed.'}
          </p>
        )}
      </div>
    </>
  )
}

function Tabs() {
  const { status, place, show } = useGit()
  return (
    <nav aria-label="Parts of Git" className="flex h-9 shrink-0 items-stretch gap-1 border-b px-2">
      {gitTabs.map((tab) => {
        const count = tab === 'changes' ? countChanges(status) : tab === 'stashes' ? String(status.stashes) : '0'
        return (
          <button
            key={tab}
            type="button"
            aria-current={tab === place.tab ? 'true' : undefined}
            onClick={() => show({ tab, file: null, commit: null })}
            className={cn(
              'relative flex items-center gap-1.5 px-2 text-sm text-muted-foreground outline-none hover:text-foreground focus-visible:inset-ring-2 focus-visible:inset-ring-ring',
              tab === place.tab &&
                'font-medium text-foreground after:absolute after:inset-x-2 after:-bottom-px after:h-0.5 after:bg-primary',
            )}
          >
            {titles[tab]}
            {count !== '0' && <span className="text-xs font-normal text-muted-foreground tabular-nums">{count}</span>}
          </button>
        )
      })}
    </nav>
  )
}
