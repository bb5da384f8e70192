import { MinusIcon, PlusIcon, Undo2Icon } from 'lucide-react'
import { GitFileName } from '@/components/GitFileName'
import { Button } from '@/components/ui/button'
import { lookOf, type GitEntry } from '@/lib/git-files'
import { showName } from '@/lib/git-names'
import { cn } from '@/lib/utils'

export interface FileActions {
  onOpen: (entry: GitEntry) => void
  /** Stages what is not staged, and the other way round. */
  onToggle: (entry: GitEntry) => void
  onDiscard: (entry: GitEntry) => void
}

/** One file of a list. Its buttons are for the pointer; the keyboard has keys for the same. */
export function GitFileRow({
  entry,
  id,
  rowIndex,
  current,
  open,
  onOpen,
  onToggle,
  onDiscard,
}: FileActions & { entry: GitEntry; id: string; rowIndex: number; current: boolean; open: boolean }) {
  const { file, side } = entry
  const name = showName(file.path)
  const toggle = side === 'staged' ? 'Unstage' : side === 'conflicted' ? 'Mark as resolved' : 'Stage'
  return (
    <div
      id={id}
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={open}
      onClick={() => onOpen(entry)}
      className={cn(
        'group flex h-full cursor-pointer items-center pr-1.5 pl-3 hover:bg-accent',
        open && 'bg-accent',
        current && 'in-focus-visible:inset-ring-2 in-focus-visible:inset-ring-ring',
      )}
    >
      <div role="gridcell" className="min-w-0 flex-1">
        <GitFileName path={file.path} origPath={file.origPath} look={lookOf(entry)} />
      </div>
      <div
        role="gridcell"
        className="hidden shrink-0 items-center gap-0.5 pl-1 group-hover:flex pointer-coarse:flex"
        onClick={(event) => event.stopPropagation()}
      >
        {side === 'unstaged' && (
          <Button tabIndex={-1} variant="ghost" size="icon-xs" title="Discard" onClick={() => onDiscard(entry)}>
            <Undo2Icon className="size-3.5" />
            <span className="sr-only">Discard {name}</span>
          </Button>
        )}
        <Button tabIndex={-1} variant="ghost" size="icon-xs" title={toggle} onClick={() => onToggle(entry)}>
          {side === 'staged' ? <MinusIcon className="size-3.5" /> : <PlusIcon className="size-3.5" />}
          <span className="sr-only">
            {toggle} {name}
          </span>
        </Button>
      </div>
    </div>
  )
}
