/** What git is in the middle of, and the ways out. */
import { useState } from 'react'
import { GitMergeIcon } from 'lucide-react'
import { discardDays, type GitOperation } from '@craftastic/contract'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { useGit } from '@/lib/git-context'
import { useGitBusy, useGitVerb } from '@/lib/use-git-verb'

const words: Record<GitOperation, { name: string; goOn: string | null; end: string }> = {
  merge: { name: 'A merge', goOn: 'Finish the merge', end: 'Abort the merge' },
  rebase: { name: 'A rebase', goOn: 'Continue the rebase', end: 'Abort the rebase' },
  'cherry-pick': { name: 'A cherry-pick', goOn: 'Continue', end: 'Abort the cherry-pick' },
  revert: { name: 'A revert', goOn: 'Continue', end: 'Abort the revert' },
  bisect: { name: 'A bisect', goOn: null, end: 'End the bisect' },
}

export function GitOperationBanner() {
  const { status } = useGit()
  const [asking, setAsking] = useState(false)
  const { run: settle } = useGitVerb('operation')
  const busy = useGitBusy('operation', 'commit')
  if (status.operation === null) return null
  const { name, goOn, end } = words[status.operation]
  const conflicts = status.files.filter(({ conflicted }) => conflicted).length

  return (
    <div className="grid shrink-0 gap-2 border-b border-warning-border bg-warning-muted px-3 py-2.5 text-sm">
      <p className="flex items-start gap-2">
        <GitMergeIcon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning-text" />
        <span>
          <span className="font-medium">{name} is under way.</span>{' '}
          {conflicts > 0
            ? conflicts === 1
              ? 'One file is in conflict: edit it in a terminal, then mark it as resolved.'
              : `${conflicts} files are in conflict: edit them in a terminal, then mark them as resolved.`
            : goOn === null
              ? 'Mark commits in a terminal, or end it.'
              : 'Nothing is in conflict any more.'}
        </span>
      </p>
      <div className="flex flex-wrap gap-2 pl-6">
        {goOn !== null && (
          <Button size="xs" disabled={busy || conflicts > 0} onClick={() => void settle({ action: 'continue' })}>
            {busy && <Spinner className="size-3.5" />}
            {goOn}
          </Button>
        )}
        <Button size="xs" variant="outline" disabled={busy} onClick={() => setAsking(true)}>
          {end}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`${end}?`}
        keep="Go on with it"
        verb={end}
        onConfirm={() => void settle({ action: 'abort' })}
      >
        {status.operation === 'bisect'
          ? 'You go back to where you began. What was marked is forgotten.'
          : `The branch goes back to where it was before. What was resolved so far is kept for ${discardDays} days under Stashes.`}
      </ConfirmDialog>
    </div>
  )
}
