import { useLocation, useNavigate } from 'react-router'
import { toast } from 'sonner'
import type { Environment } from '@craftastic/contract'
import { deleteEnvironmentMutation } from '@/api/environments'
import { describeError, hasCode } from '@/api/errors'
import { Spinner } from '@/components/Spinner'
import {
  AlertDialog,
  AlertDialogCancel,
  AlertDialogContent,
  AlertDialogDescription,
  AlertDialogFooter,
  AlertDialogHeader,
  AlertDialogTitle,
} from '@/components/ui/alert-dialog'
import { Button } from '@/components/ui/button'
import { aliveSessions } from '@/lib/status'
import { useAction } from '@/lib/use-action'
import { useLingering } from '@/lib/use-lingering'

/** Asks before a deletion and names what is lost with it. */
export function DeleteEnvironmentDialog({
  environment,
  onClose,
}: {
  environment: Environment | null
  onClose: () => void
}) {
  const shown = useLingering(environment)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const { run, pending } = useAction(deleteEnvironmentMutation())
  if (!shown) return null

  const remove = () => {
    const { id, name } = shown
    run(id, {
      onSuccess: () => {
        onClose()
        if (pathname.includes(id)) void navigate('/')
      },
      onError: (error) => {
        onClose()
        if (hasCode(error, 'not_found')) return
        const { title, detail } = describeError(error)
        toast.error(`${name} was not deleted`, { description: detail ?? title })
      },
    })
  }

  const sessions = aliveSessions(shown).length
  return (
    <AlertDialog open={environment !== null} onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>Delete {shown.name}?</AlertDialogTitle>
          <AlertDialogDescription asChild>
            <div className="grid gap-2">
              <p>This cannot be undone. It removes:</p>
              <ul className="grid list-disc gap-1 pl-5 marker:text-border-strong">
                <li>everything in /workspace, also commits that were not pushed</li>
                <li>the container with all that was installed in it</li>
                {sessions > 0 && (
                  <li>{sessions === 1 ? '1 session' : `${sessions} sessions`} and the programs that run there</li>
                )}
              </ul>
              {shown.repositoryUrl && <p>The repository at its host is not touched.</p>}
            </div>
          </AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Keep it</Button>
          </AlertDialogCancel>
          <Button variant="destructive" disabled={pending} onClick={remove}>
            {pending && <Spinner />}
            Delete environment
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
