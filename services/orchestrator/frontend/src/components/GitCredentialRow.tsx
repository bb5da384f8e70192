import { useState } from 'react'
import { KeyRoundIcon } from 'lucide-react'
import { toast } from 'sonner'
import type { GitCredential } from '@craftastic/contract'
import { describeError, hasCode } from '@/api/errors'
import { removeGitCredentialMutation } from '@/api/git-credentials'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { RelativeTime } from '@/components/RelativeTime'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { useAction } from '@/lib/use-action'

/** One host and what is known of its token. */
export function GitCredentialRow({ credential, onReplace }: { credential: GitCredential; onReplace: () => void }) {
  const { host, username, lastFour, createdAt, lastUsedAt } = credential
  const [asking, setAsking] = useState(false)
  const { run: remove, pending } = useAction(removeGitCredentialMutation())

  const removeNow = () =>
    remove(host, {
      onError: (error) => {
        if (hasCode(error, 'not_found')) return
        const { title, detail } = describeError(error)
        toast.error(`The token for ${host} was not removed`, { description: detail ?? title })
      },
    })

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3">
      <KeyRoundIcon aria-hidden="true" className="size-4 shrink-0 text-muted-foreground" />
      <div className="min-w-40 flex-1">
        <p className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-medium">{host}</span>
          <span className="shrink-0 font-mono text-xs text-muted-foreground">
            <span aria-hidden="true">····</span>
            <span className="sr-only">ends with </span>
            {lastFour}
          </span>
        </p>
        <p className="text-xs text-muted-foreground">
          {username && `${username} · `}
          {lastUsedAt ? (
            <>
              Used <RelativeTime at={lastUsedAt} />
            </>
          ) : (
            'Not used yet'
          )}
          {' · added '}
          <RelativeTime at={createdAt} />
        </p>
      </div>
      <div className="flex gap-1">
        <Button variant="ghost" size="sm" onClick={onReplace}>
          Replace
          <span className="sr-only"> the token for {host}</span>
        </Button>
        <Button variant="ghost" size="sm" disabled={pending} onClick={() => setAsking(true)}>
          {pending && <Spinner />}
          Remove
          <span className="sr-only"> the token for {host}</span>
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`Remove the token for ${host}?`}
        keep="Keep it"
        verb="Remove token"
        onConfirm={removeNow}
      >
        Your environments then cannot reach private repositories there. The token itself stays valid until you revoke it
        at the host.
      </ConfirmDialog>
    </li>
  )
}
