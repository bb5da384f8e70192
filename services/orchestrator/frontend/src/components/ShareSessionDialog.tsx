import { useQuery } from '@tanstack/react-query'
import { CheckIcon, LinkIcon } from 'lucide-react'
import type { Session } from '@craftastic/contract'
import { sessionSharesQuery } from '@/api/session-shares'
import { LoadFailure } from '@/components/LoadFailure'
import { ShareForm } from '@/components/ShareForm'
import { ShareRow } from '@/components/ShareRow'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { sharedLink } from '@/lib/shared-session'
import { sessionLabel } from '@/lib/status'
import { useCopy } from '@/lib/use-copy'

/** Who else may open the terminal of a session: shows, adds, changes and removes. */
export function ShareSessionDialog({
  session,
  open,
  onOpenChange,
}: {
  session: Session
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent className="max-w-lg">
        <DialogHeader>
          <DialogTitle>Share {sessionLabel(session)}</DialogTitle>
          <DialogDescription>
            With people who have an account here. They get this session’s terminal and its history, and no other page of
            the environment.
          </DialogDescription>
        </DialogHeader>
        <ShareBody session={session} onClose={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function ShareBody({ session, onClose }: { session: Session; onClose: () => void }) {
  const { data: shares, error, isFetching, refetch } = useQuery(sessionSharesQuery(session.id))
  const [copied, copy] = useCopy()
  return (
    <>
      <ShareForm sessionId={session.id} />
      <section className="grid gap-2">
        <h3 className="font-medium">Who has access</h3>
        {shares?.length === 0 && <p className="text-muted-foreground">Nobody but you. Add somebody above.</p>}
        {shares && shares.length > 0 && (
          <ul className="divide-y rounded-md border">
            {shares.map((share) => (
              <ShareRow key={share.id} sessionId={session.id} share={share} />
            ))}
          </ul>
        )}
        {!shares && error && <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
        {!shares && !error && <Skeleton className="h-10" />}
      </section>
      <DialogFooter>
        <Button variant="outline" className="sm:mr-auto" onClick={() => void copy(sharedLink(session))}>
          {copied ? <CheckIcon /> : <LinkIcon />}
          Copy link
          <span className="sr-only">, which opens for those who have access</span>
          <span role="status" className="sr-only">
            {copied ? 'Copied' : ''}
          </span>
        </Button>
        <Button variant="outline" onClick={onClose}>
          Done
        </Button>
      </DialogFooter>
    </>
  )
}
