import { toast } from 'sonner'
import type { Session } from '@craftastic/contract'
import { describeError, hasCode } from '@/api/errors'
import { deleteSessionMutation } from '@/api/sessions'
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from '@/components/ui/alert-dialog'
import { SessionWorktreeFate } from '@/components/SessionWorktreeFate'
import { Button } from '@/components/ui/button'
import { keptWords } from '@/lib/session-worktree'
import { sessionLabel } from '@/lib/status'
import { useAction } from '@/lib/use-action'

export function DeleteSessionDialog({
  session,
  alive,
  running,
  open,
  onOpenChange,
  onDeleted,
}: {
  session: Session
  alive: boolean
  /** Of its environment. */
  running: boolean
  open: boolean
  onOpenChange: (open: boolean) => void
  onDeleted?: () => void
}) {
  const { run, pending } = useAction(deleteSessionMutation())
  const label = sessionLabel(session)

  const remove = () => {
    onOpenChange(false)
    onDeleted?.()
    run(session, {
      onSuccess: ({ worktree }) => {
        if (worktree?.keptBecause) {
          toast(`${label} is deleted, its worktree is kept`, { description: `${keptWords(worktree)}.` })
        }
      },
      onError: (error) => {
        if (hasCode(error, 'not_found')) return
        const { title, detail } = describeError(error)
        toast.error(`${label} was not deleted`, { description: detail ?? title })
      },
    })
  }

  return (
    <AlertDialog open={open} onOpenChange={onOpenChange}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>Delete {label}?</AlertDialogTitle>
          <AlertDialogDescription>
            {!alive
              ? 'Nothing runs in it.'
              : session.currentCommand
                ? `Programs that run in it are ended, now ${session.currentCommand}.`
                : 'Programs that run in it are ended.'}
            {session.branch === null && ' Files in the workspace stay.'}
          </AlertDialogDescription>
          {session.branch !== null && <SessionWorktreeFate session={session} running={running} />}
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Keep it</Button>
          </AlertDialogCancel>
          <Button variant="destructive" disabled={pending} onClick={remove}>
            Delete session
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
