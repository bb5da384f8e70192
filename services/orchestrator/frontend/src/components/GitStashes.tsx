/** What was put away and what was discarded: both are kept and can be brought back. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ArchiveIcon, ArchiveRestoreIcon, Trash2Icon, Undo2Icon } from 'lucide-react'
import { discardDays, type GitKept } from '@craftastic/contract'
import { gitDiscardsQuery, gitStashesQuery } from '@/api/git'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { GitKeptList } from '@/components/GitKeptList'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Input } from '@/components/ui/input'
import { useGit } from '@/lib/git-context'
import { showName } from '@/lib/git-names'
import { sayDone } from '@/lib/git-toast'
import { useGitBusy, useGitVerb } from '@/lib/use-git-verb'
import { useLingering } from '@/lib/use-lingering'

export function GitStashes() {
  const { tree } = useGit()
  const [dropping, setDropping] = useState<GitKept | null>(null)
  const dropped = useLingering(dropping)
  const stashes = useQuery(gitStashesQuery(tree))
  const discards = useQuery(gitDiscardsQuery(tree))
  const { run: takeStash } = useGitVerb('stash/use')
  const { run: restore } = useGitVerb('discards/restore')
  const busy = useGitBusy('stash', 'stash/use', 'discards/restore')

  const bringBack = async (kept: GitKept, action: 'apply' | 'pop') => {
    if (await takeStash({ stash: kept.commit, action })) sayDone('The stash is in your workspace again')
  }
  const restoreDiscard = async ({ commit }: GitKept) => {
    if (await restore({ discard: commit })) sayDone('The discarded changes are back')
  }

  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <StashForm />
      <GitKeptList
        title="Stashes"
        query={stashes}
        empty="Nothing is stashed. A stash puts all changes away, to bring them back later or on another branch."
        actions={(kept) => (
          <>
            <Button variant="outline" size="xs" disabled={busy} onClick={() => void bringBack(kept, 'pop')}>
              <ArchiveRestoreIcon />
              Bring back
            </Button>
            <Button
              variant="ghost"
              size="xs"
              disabled={busy}
              title="Bring back, and keep the stash as well"
              onClick={() => void bringBack(kept, 'apply')}
            >
              Apply
            </Button>
            <Button variant="ghost" size="icon-xs" disabled={busy} onClick={() => setDropping(kept)}>
              <Trash2Icon className="size-3.5" />
              <span className="sr-only">Delete {showName(kept.message)}</span>
            </Button>
          </>
        )}
      />
      <GitKeptList
        title="Discarded"
        query={discards}
        empty={`What you discard is kept here for ${discardDays} days.`}
        actions={(kept) => (
          <Button variant="outline" size="xs" disabled={busy} onClick={() => void restoreDiscard(kept)}>
            <Undo2Icon />
            Bring back
          </Button>
        )}
      />
      <ConfirmDialog
        open={dropping !== null}
        onOpenChange={(open) => open || setDropping(null)}
        title="Delete this stash?"
        keep="Keep it"
        verb="Delete stash"
        onConfirm={() => dropped && void takeStash({ stash: dropped.commit, action: 'drop' })}
      >
        “{dropped && showName(dropped.message)}” is kept for {discardDays} days under Discarded.
      </ConfirmDialog>
    </div>
  )
}

function StashForm() {
  const { status } = useGit()
  const [message, setMessage] = useState('')
  const { run: stash, pending } = useGitVerb('stash')
  const possible =
    status.files.length > 0 && status.commit !== null && !status.files.some(({ conflicted }) => conflicted)

  const submit = async () => {
    const text = message.trim()
    if (await stash(text === '' ? {} : { message: text })) setMessage('')
  }

  return (
    <form
      className="flex gap-2 border-b p-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (possible && !pending) void submit()
      }}
    >
      <Input
        aria-label="What the stash is about"
        placeholder="What it is about (optional)"
        maxLength={200}
        value={message}
        onChange={(event) => setMessage(event.target.value)}
        className="h-8"
      />
      <Button
        type="submit"
        variant="outline"
        size="sm"
        disabled={!possible || pending}
        title={possible ? undefined : 'There is nothing to stash'}
      >
        {pending ? <Spinner /> : <ArchiveIcon />}
        Stash changes
      </Button>
    </form>
  )
}
