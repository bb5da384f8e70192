import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useLocation, useNavigate } from 'react-router'
import { toast } from 'sonner'
import { keptWorkDays, type Environment } from '@craftastic/contract'
import { deleteEnvironmentMutation } from '@/api/environments'
import { describeError, hasCode } from '@/api/errors'
import { gitUnsavedQuery } from '@/api/git'
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
import { Checkbox } from '@/components/ui/checkbox'
import { UnsavedWork } from '@/components/UnsavedWork'
import { couldNotBeKept, keptWorkPath } from '@/lib/kept-work'
import { aliveSessions } from '@/lib/status'
import { useAction } from '@/lib/use-action'
import { useLingering } from '@/lib/use-lingering'

/** Asks before a deletion, names what is only there, and asks again for that. */
export function DeleteEnvironmentDialog({
  environment,
  onClose,
}: {
  environment: Environment | null
  onClose: () => void
}) {
  const shown = useLingering(environment)
  if (!shown) return null
  return (
    <AlertDialog open={environment !== null} onOpenChange={(open) => !open && onClose()}>
      <AlertDialogContent className="max-w-lg">
        <DeleteQuestion key={shown.id} environment={shown} onClose={onClose} />
      </AlertDialogContent>
    </AlertDialog>
  )
}

function DeleteQuestion({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const { data: unsaved } = useQuery(gitUnsavedQuery(environment))
  const [agreed, setAgreed] = useState(false)
  const { run, pending } = useAction(deleteEnvironmentMutation())
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const { id, name, repositoryUrl } = environment
  const notKept = couldNotBeKept(environment)
  const mayHoldWork = unsaved?.hasAny !== false
  const force = notKept && agreed
  const sessions = aliveSessions(environment).length

  const remove = () =>
    run(
      { environmentId: id, force },
      {
        onSuccess: () => {
          onClose()
          if (pathname.includes(id)) void navigate('/')
          if (force || !mayHoldWork) return
          toast(`${name} is being deleted`, {
            description: `What is only in it is kept for ${keptWorkDays} days.`,
            action: { label: 'Kept work', onClick: () => void navigate(keptWorkPath) },
          })
        },
        onError: (error) => {
          onClose()
          if (hasCode(error, 'not_found')) return
          const { title, detail } = describeError(error)
          toast.error(`${name} was not deleted`, { description: detail ?? title })
        },
      },
    )

  return (
    <>
      <AlertDialogHeader>
        <AlertDialogTitle>Delete {name}?</AlertDialogTitle>
        <AlertDialogDescription asChild>
          <div className="grid gap-3">
            <p>
              It removes /workspace and the container with all that was installed in it
              {sessions > 0 &&
                `, and ends ${sessions === 1 ? '1 session' : `${sessions} sessions`} with their programs`}
              .{repositoryUrl && ' The repository at its host is not touched.'}
            </p>
            {notKept ? (
              <p className="text-foreground">{environment.statusReason}</p>
            ) : (
              <UnsavedWork environment={environment} />
            )}
            {!notKept && mayHoldWork && (
              <p>
                What is only here is kept for {keptWorkDays} days and can be restored into a new environment, without
                files that git ignores, such as node_modules.
              </p>
            )}
          </div>
        </AlertDialogDescription>
      </AlertDialogHeader>
      {(notKept || mayHoldWork) && (
        <label className="flex items-start gap-2.5 text-sm">
          <Checkbox className="mt-0.5" checked={agreed} onCheckedChange={(checked) => setAgreed(checked === true)} />
          {notKept
            ? 'Delete it without keeping what is only in it. That is lost for good.'
            : `Delete it, although ${unsaved ? 'this work is' : 'there may be work that is'} nowhere else.`}
        </label>
      )}
      <AlertDialogFooter>
        <AlertDialogCancel asChild>
          <Button variant="outline">Keep it</Button>
        </AlertDialogCancel>
        <Button variant="destructive" disabled={pending || (!notKept && mayHoldWork && !agreed)} onClick={remove}>
          {pending && <Spinner />}
          {notKept ? (agreed ? 'Delete for good' : 'Try again to keep and delete') : 'Delete environment'}
        </Button>
      </AlertDialogFooter>
    </>
  )
}
