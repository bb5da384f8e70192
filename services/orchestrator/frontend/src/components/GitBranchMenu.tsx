/** The branch, and the ways to another one: switch, take one from a remote, make one. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { CheckIcon, ChevronsUpDownIcon, CloudIcon, GitBranchIcon, PlusIcon } from 'lucide-react'
import type { GitBranch } from '@craftastic/contract'
import { gitBranchesQuery } from '@/api/git'
import { RelativeTime } from '@/components/RelativeTime'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import {
  Command,
  CommandDialogContent,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from '@/components/ui/command'
import { Dialog } from '@/components/ui/dialog'
import { chooseBranches, headWords, newBranchName, withoutRemote } from '@/lib/git-branches'
import { useGit, type BranchTarget } from '@/lib/git-context'
import { sayDone } from '@/lib/git-toast'
import { useGitBusy, useGitVerb } from '@/lib/use-git-verb'

/** More than that nobody reads; a search finds the others. */
const shownBranches = 100

export function GitBranchMenu() {
  const { status } = useGit()
  const [open, setOpen] = useState(false)
  const { run: checkout } = useGitVerb('checkout')
  const busy = useGitBusy('checkout', 'stash')
  const words = headWords(status)

  const goTo = async (target: BranchTarget) => {
    setOpen(false)
    const done = await checkout(target, { switchTo: target })
    if (done) sayDone(target.create && !target.from ? `Made ${target.branch}` : `Switched to ${target.branch}`)
  }

  return (
    <>
      <Button
        variant="ghost"
        size="sm"
        className="min-w-0 shrink text-foreground"
        title={`${words}: switch or make a branch`}
        disabled={busy}
        onClick={() => setOpen(true)}
      >
        {busy ? <Spinner /> : <GitBranchIcon className="text-muted-foreground" />}
        <span className="truncate">{words}</span>
        <ChevronsUpDownIcon className="size-3.5 text-muted-foreground" />
        <span className="sr-only">, switch or make a branch</span>
      </Button>
      <Dialog open={open} onOpenChange={setOpen}>
        <CommandDialogContent title="Branches">
          <BranchList onChoose={(target) => void goTo(target)} onCurrent={() => setOpen(false)} />
        </CommandDialogContent>
      </Dialog>
    </>
  )
}

/** Mounted anew each time, so that it opens empty. */
function BranchList({ onChoose, onCurrent }: { onChoose: (target: BranchTarget) => void; onCurrent: () => void }) {
  const { tree, status } = useGit()
  const [search, setSearch] = useState('')
  const { data = [], isPending, isError } = useQuery(gitBranchesQuery(tree))
  const { local, remote } = chooseBranches(data, search)
  const name = newBranchName(data, search)
  const hidden = Math.max(0, local.length - shownBranches) + Math.max(0, remote.length - shownBranches)

  return (
    <Command label="Branches" shouldFilter={false} loop vimBindings={false}>
      <CommandInput value={search} onValueChange={setSearch} placeholder="Find a branch, or name a new one" />
      <CommandList>
        {(isPending || isError) && (
          <p role="status" className="flex items-center gap-2 px-2.5 py-2 text-muted-foreground">
            {isPending ? (
              <>
                <Spinner /> Branches are being loaded.
              </>
            ) : (
              'The branches could not be loaded.'
            )}
          </p>
        )}
        {local.length > 0 && (
          <CommandGroup heading="Branches">
            {local.slice(0, shownBranches).map((branch) => (
              <BranchItem
                key={branch.name}
                branch={branch}
                onSelect={() => (branch.current ? onCurrent() : onChoose({ branch: branch.name }))}
              />
            ))}
          </CommandGroup>
        )}
        {remote.length > 0 && (
          <CommandGroup heading="On remotes">
            {remote.slice(0, shownBranches).map((branch) => (
              <BranchItem
                key={branch.name}
                branch={branch}
                onSelect={() => onChoose({ branch: withoutRemote(branch.name), create: true, from: branch.name })}
              />
            ))}
          </CommandGroup>
        )}
        {name !== null && (
          <CommandGroup heading="New">
            <CommandItem value={`new ${name}`} onSelect={() => onChoose({ branch: name, create: true })}>
              <PlusIcon className="text-muted-foreground" />
              <span className="min-w-0 flex-1 truncate">
                Make branch <span className="font-medium">{name}</span> from {headWords(status)}
              </span>
            </CommandItem>
          </CommandGroup>
        )}
        {search === '' && data.length > 0 && (
          <p className="px-2.5 py-2 text-xs text-muted-foreground">Type a name to make a branch.</p>
        )}
        {hidden > 0 && <p className="px-2.5 py-2 text-xs text-muted-foreground">{hidden} more: type to find them.</p>}
        {name === null && local.length + remote.length === 0 && !isPending && !isError && (
          <p role="status" className="px-2.5 py-8 text-center break-words text-muted-foreground">
            {search.trim() === '' ? 'There is no branch yet.' : `“${search.trim()}” is no branch, and no name for one.`}
          </p>
        )}
      </CommandList>
    </Command>
  )
}

function BranchItem({ branch, onSelect }: { branch: GitBranch; onSelect: () => void }) {
  const { name, remote, current, subject, committedAt, worktree, ahead, behind } = branch
  const Icon = current ? CheckIcon : remote ? CloudIcon : GitBranchIcon
  return (
    <CommandItem value={`${remote ? 'remote' : 'local'} ${name}`} disabled={worktree !== null} onSelect={onSelect}>
      <Icon className="shrink-0 text-muted-foreground" />
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          {name}
          {current && <span className="text-muted-foreground"> (here)</span>}
        </span>
        <span className="block truncate text-xs text-muted-foreground">
          {worktree === null ? subject : `In use in ${worktree}`}
        </span>
      </span>
      <span className="shrink-0 text-right text-xs text-muted-foreground">
        <RelativeTime at={committedAt} className="block" />
        {(ahead > 0 || behind > 0) && (
          <span className="block tabular-nums" title={`${ahead} commits to push, ${behind} to pull`}>
            {ahead > 0 && `↑${ahead}`} {behind > 0 && `↓${behind}`}
          </span>
        )}
      </span>
    </CommandItem>
  )
}
