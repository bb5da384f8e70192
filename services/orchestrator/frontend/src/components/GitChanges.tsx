/** What differs: lists of files with their buttons, and the commit below. */
import { useDeferredValue, useMemo, useRef, useState } from 'react'
import { CheckIcon, MinusIcon, PlusIcon, SearchIcon, Undo2Icon } from 'lucide-react'
import { GitCommitBox } from '@/components/GitCommitBox'
import { GitFileList } from '@/components/GitFileList'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { useGit } from '@/lib/git-context'
import { filterEntries, groupFiles, pathsOf, type GitEntry, type GitGroups, type GitSide } from '@/lib/git-files'
import { useGitVerb } from '@/lib/use-git-verb'

/** From so many files on there is a field to find one. */
const manyFiles = 15

const titles: Record<GitSide, string> = { conflicted: 'Conflicts', staged: 'Staged', unstaged: 'Changes' }

export function GitChanges() {
  const { status, place, show, askDiscard } = useGit()
  const list = useRef<HTMLDivElement>(null)
  const [search, setSearch] = useState('')
  const wanted = useDeferredValue(search)
  const { run: stage } = useGitVerb('stage')
  const { run: unstage } = useGitVerb('unstage')
  const all = useMemo(() => groupFiles(status.files), [status.files])
  const groups = useMemo<GitGroups>(
    () => ({
      conflicted: filterEntries(all.conflicted, wanted),
      staged: filterEntries(all.staged, wanted),
      unstaged: filterEntries(all.unstaged, wanted),
    }),
    [all, wanted],
  )
  const filtered = wanted.trim() !== ''
  const shown = groups.conflicted.length + groups.staged.length + groups.unstaged.length

  const toggle = (entry: GitEntry) => {
    const verb = entry.side === 'staged' ? unstage : stage
    void verb({ files: pathsOf(entry) })
    list.current?.focus({ preventScroll: true })
  }
  /** All, or those that the search has left. Without names the server takes everything, however much that is. */
  const filesOf = (side: GitSide) => (filtered ? { files: groups[side].flatMap(pathsOf) } : {})

  return (
    <>
      {(status.files.length > manyFiles || filtered) && (
        <div className="relative shrink-0 border-b p-2">
          <SearchIcon
            aria-hidden="true"
            className="absolute top-1/2 left-4.5 size-3.5 -translate-y-1/2 text-muted-foreground"
          />
          <Input
            type="search"
            aria-label="Find a changed file"
            placeholder="Find a file"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            className="h-8 pl-8"
          />
        </div>
      )}
      {status.truncated && (
        <p className="shrink-0 border-b px-3 py-2 text-xs text-muted-foreground">
          More than {status.files.length.toLocaleString('en')} files differ; these are the first of them.
        </p>
      )}
      {status.files.length === 0 ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <Notice icon={<CheckIcon />} title="No changes" className="py-12">
            What you change in the workspace is shown here by itself.
          </Notice>
        </div>
      ) : shown === 0 ? (
        <p role="status" className="min-h-0 flex-1 px-3 py-6 text-center break-words text-muted-foreground">
          No changed file matches “{wanted.trim()}”.
        </p>
      ) : (
        <GitFileList
          ref={list}
          groups={groups}
          openKey={place.file && `${place.file.side} ${place.file.path}`}
          onOpen={({ file, side }) => show({ ...place, file: { path: file.path, side } })}
          onToggle={toggle}
          onDiscard={(entry) => askDiscard({ files: pathsOf(entry) })}
          heading={(side, count) => (
            <ListHeading
              side={side}
              count={count}
              filtered={filtered}
              onStage={() => void stage(filesOf(side))}
              onUnstage={() => void unstage(filesOf(side))}
              onDiscard={() => askDiscard({ files: groups[side].flatMap(pathsOf) })}
            />
          )}
        />
      )}
      <GitCommitBox groups={all} />
    </>
  )
}

function ListHeading({
  side,
  count,
  filtered,
  onStage,
  onUnstage,
  onDiscard,
}: {
  side: GitSide
  count: number
  filtered: boolean
  onStage: () => void
  onUnstage: () => void
  onDiscard: () => void
}) {
  const which = filtered ? 'these' : 'all'
  return (
    <div className="flex h-full items-center gap-1.5 border-b bg-sidebar pr-1.5 pl-3 text-xs">
      <h3 className="font-medium">{titles[side]}</h3>
      <span className="text-muted-foreground tabular-nums">
        {count.toLocaleString('en')}
        <span className="sr-only"> {count === 1 ? 'file' : 'files'}</span>
      </span>
      <span className="flex-1 truncate text-muted-foreground">
        {side === 'conflicted' && '· resolve in a terminal, then mark as resolved'}
      </span>
      {side === 'unstaged' && (
        <>
          <Button variant="ghost" size="xs" className="h-6 px-1.5" onClick={onDiscard}>
            <Undo2Icon />
            Discard {which}
          </Button>
          <Button variant="ghost" size="xs" className="h-6 px-1.5" onClick={onStage}>
            <PlusIcon />
            Stage {which}
          </Button>
        </>
      )}
      {side === 'staged' && (
        <Button variant="ghost" size="xs" className="h-6 px-1.5" onClick={onUnstage}>
          <MinusIcon />
          Unstage {which}
        </Button>
      )}
    </div>
  )
}
