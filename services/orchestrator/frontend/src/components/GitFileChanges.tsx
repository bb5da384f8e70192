import { lazy, Suspense, useState, type ReactNode } from 'react'
import { GitConflictText } from '@/components/GitConflictText'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import type { DiffFile, DiffHunk } from '@/lib/git-diff'
import { drawnAtOnce, measureDiff, mostLines } from '@/lib/git-diff-lines'
import { diffModeChoice } from '@/lib/git-choices'
import { useChoice } from '@/lib/stored'

const GitDiffHunks = lazy(async () => ({ default: (await import('@/components/GitDiffHunks')).GitDiffHunks }))

interface Props {
  file: DiffFile
  path: string
  hunkActions?: (hunk: DiffHunk) => ReactNode
}

/** What changed in one file, or why that is not shown as text. */
export function GitFileChanges({ file, path, hunkActions }: Props) {
  const [mode] = useChoice(diffModeChoice)
  const [asked, setAsked] = useState(false)
  const { lines, longest } = measureDiff(file.hunks)
  const large = lines > drawnAtOnce.lines || longest > drawnAtOnce.lineLength

  return (
    <>
      {file.modeChange && <Words>Mode {file.modeChange}</Words>}
      {file.binary ? (
        <Words>A binary file: it cannot be shown as text.</Words>
      ) : file.hunks.length === 0 ? (
        <WithoutHunks file={file} />
      ) : lines > mostLines ? (
        <Words>
          {lines.toLocaleString('en')} lines are too many for this page. In a terminal, <code>git diff</code> shows
          them.
        </Words>
      ) : large && !asked ? (
        <Words>
          <span>
            A large change: {lines.toLocaleString('en')} lines
            {longest > drawnAtOnce.lineLength && `, the longest of ${longest.toLocaleString('en')} characters`}.
          </span>
          <Button variant="outline" size="xs" onClick={() => setAsked(true)}>
            Show it
          </Button>
        </Words>
      ) : (
        <Suspense fallback={<DiffSkeleton />}>
          <GitDiffHunks file={file} path={path} mode={mode} coloured={!large} hunkActions={hunkActions} />
        </Suspense>
      )}
    </>
  )
}

/** Nothing but a name or a mode changed; or both sides of a conflict, for which git writes another format. */
function WithoutHunks({ file: { kind, head, modeChange } }: { file: DiffFile }) {
  if (head.some((line) => line.startsWith('@@@'))) {
    return <GitConflictText head={head} />
  }
  if (modeChange) return null
  if (kind === 'rename' || kind === 'copy') return <Words>Its content is the same.</Words>
  return <Words>{kind === 'modify' ? 'No line of it differs.' : 'An empty file.'}</Words>
}

function Words({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2.5 text-sm text-muted-foreground">
      {children}
    </div>
  )
}

export function DiffSkeleton() {
  return (
    <div aria-hidden="true" className="grid gap-2 p-3">
      <Skeleton className="h-3.5 w-2/5" />
      <Skeleton className="h-3.5 w-4/5" />
      <Skeleton className="h-3.5 w-3/5" />
      <Skeleton className="h-3.5 w-2/3" />
    </div>
  )
}
