import { useState } from 'react'
import { ArchiveIcon, ArchiveRestoreIcon, DownloadIcon, Trash2Icon } from 'lucide-react'
import { useQueryClient } from '@tanstack/react-query'
import { toast } from 'sonner'
import type { KeptWork } from '@craftastic/contract'
import { describeError, hasCode } from '@/api/errors'
import { bundlePath, keptWorkQuery, removeKeptWorkMutation } from '@/api/kept-work'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { RelativeTime } from '@/components/RelativeTime'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { formatBytes } from '@/lib/bytes'
import { useNow } from '@/lib/ticker'
import { exactTime, timeUntil } from '@/lib/time'
import { useAction } from '@/lib/use-action'
import { keptWords } from '@/lib/unsaved-words'

const dayMs = 24 * 60 * 60_000

/** What is kept of one environment, and what can be done with it. */
export function KeptWorkRow({ work, onRestore }: { work: KeptWork; onRestore: () => void }) {
  const { environmentName, repositoryUrl, branch, bytes, isComplete, isAvailable, createdAt, expiresAt } = work
  const [asking, setAsking] = useState(false)
  const nowMs = useNow(dayMs)
  const client = useQueryClient()
  const { run: remove, pending } = useAction(removeKeptWorkMutation())

  const fail = (what: string, error: unknown) => {
    const { title, detail } = describeError(error)
    toast.error(what, { description: detail ?? title })
  }
  // A link does not renew a sign-in that has expired; asking for the list does.
  const download = async () => {
    try {
      await client.query(keptWorkQuery())
      const link = document.createElement('a')
      link.href = bundlePath(work)
      link.download = ''
      link.click()
    } catch (error) {
      fail('It was not downloaded', error)
    }
  }
  const removeNow = () =>
    remove(work, {
      onError: (error) => {
        if (!hasCode(error, 'not_found')) fail('It was not removed', error)
      },
    })

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <ArchiveIcon
        aria-hidden="true"
        className="size-4 shrink-0 self-start text-muted-foreground max-sm:hidden sm:mt-1"
      />
      <div className="min-w-52 flex-1">
        <p className="font-medium break-words">{environmentName}</p>
        <p className="text-xs break-words text-muted-foreground">
          {[keptWords(work), branch && `on ${branch}`, formatBytes(bytes)].filter(Boolean).join(' · ')}
        </p>
        {repositoryUrl && (
          <p className="truncate text-xs text-muted-foreground" title={repositoryUrl}>
            {repositoryUrl.replace(/^https?:\/\//, '')}
          </p>
        )}
        <p className="text-xs text-muted-foreground">
          Deleted <RelativeTime at={createdAt} /> · removed{' '}
          <time dateTime={expiresAt} title={exactTime(expiresAt)}>
            {timeUntil(expiresAt, nowMs)}
          </time>
        </p>
        {!isComplete && (
          <p className="text-xs text-warning-text">Needs its repository: the history before is only there.</p>
        )}
        {!isAvailable && <p className="text-xs text-warning-text">Its file is not on this server.</p>}
      </div>
      <div className="flex gap-1">
        <Button
          variant="outline"
          size="sm"
          disabled={!isAvailable}
          aria-label={`Restore ${environmentName}`}
          onClick={onRestore}
        >
          <ArchiveRestoreIcon />
          Restore
        </Button>
        <Button variant="ghost" size="icon-sm" disabled={!isAvailable} title="Download" onClick={() => void download()}>
          <DownloadIcon />
          <span className="sr-only">Download {environmentName}</span>
        </Button>
        <Button variant="ghost" size="icon-sm" disabled={pending} title="Remove" onClick={() => setAsking(true)}>
          {pending ? <Spinner /> : <Trash2Icon />}
          <span className="sr-only">Remove {environmentName}</span>
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove what is kept of ${environmentName}?`}
        keep="Keep it"
        verb="Remove for good"
        onConfirm={removeNow}
      >
        What was only in this environment is lost then: {keptWords(work)}.
      </ConfirmDialog>
    </li>
  )
}
