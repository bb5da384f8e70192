import { useState } from 'react'
import { ChevronRightIcon } from 'lucide-react'
import { ChangeLetter, GitFileName } from '@/components/GitFileName'
import { GitFileChanges } from '@/components/GitFileChanges'
import { Collapsible, CollapsibleContent, CollapsibleTrigger } from '@/components/ui/collapsible'
import { pathOf, type DiffFile, type DiffKind } from '@/lib/git-diff'
import type { ChangeLook } from '@/lib/git-files'
import { cn } from '@/lib/utils'

const looks: Record<DiffKind, ChangeLook> = {
  add: { letter: 'A', word: 'Added', tone: 'added' },
  delete: { letter: 'D', word: 'Deleted', tone: 'deleted' },
  modify: { letter: 'M', word: 'Changed', tone: 'changed' },
  rename: { letter: 'R', word: 'Renamed', tone: 'changed' },
  copy: { letter: 'C', word: 'Copied', tone: 'added' },
}

/** One file of several, below its name. */
export function GitFoldedFile({ file, unfolded }: { file: DiffFile; unfolded: boolean }) {
  const [open, setOpen] = useState(unfolded)
  const path = pathOf(file)
  const added = countLines(file, '+')
  const deleted = countLines(file, '-')
  const from = file.head.find((line) => line.startsWith('rename from '))?.slice('rename from '.length)

  return (
    <Collapsible open={open} onOpenChange={setOpen}>
      <CollapsibleTrigger className="sticky top-0 z-10 flex min-h-9 w-full items-center gap-1.5 border-b bg-sidebar py-1 pr-3 pl-2 text-left outline-none hover:bg-accent focus-visible:inset-ring-2 focus-visible:inset-ring-ring">
        <ChevronRightIcon
          aria-hidden="true"
          className={cn(
            'size-3.5 shrink-0 text-muted-foreground transition-transform duration-120',
            open && 'rotate-90',
          )}
        />
        <ChangeLetter look={looks[file.kind]} />
        <span className="min-w-0 flex-1">
          {path === null ? (
            <span className="block truncate font-mono text-xs">{file.head[0]?.replace(/^diff --\w+ /, '')}</span>
          ) : (
            <GitFileName path={path} origPath={from} />
          )}
        </span>
        <span className="shrink-0 text-xs tabular-nums">
          {added > 0 && <span className="text-git-added">+{added}</span>}{' '}
          {deleted > 0 && <span className="text-git-deleted">−{deleted}</span>}
        </span>
      </CollapsibleTrigger>
      <CollapsibleContent className="border-b">
        <GitFileChanges file={file} path={path ?? ''} />
      </CollapsibleContent>
    </Collapsible>
  )
}

function countLines({ hunks }: DiffFile, sign: '+' | '-'): number {
  return hunks.reduce((count, { lines }) => count + lines.filter((line) => line.startsWith(sign)).length, 0)
}
