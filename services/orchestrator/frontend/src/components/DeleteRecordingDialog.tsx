import { toast } from 'sonner'
import type { Recording } from '@craftastic/contract'
import { describeError, hasCode } from '@/api/errors'
import { deleteRecordingMutation } from '@/api/recordings'
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
import { Spinner } from '@/components/Spinner'
import { useAction } from '@/lib/use-action'

export function DeleteRecordingDialog({
  recording,
  open,
  onOpenChange,
}: {
  recording: Recording
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  const { run, pending } = useAction(deleteRecordingMutation())

  const remove = () =>
    run(recording, {
      onSuccess: () => onOpenChange(false),
      onError: (error) => {
        onOpenChange(false)
        if (hasCode(error, 'not_found')) return
        const { title, detail } = describeError(error)
        toast.error('The recording was not deleted', { description: detail ?? title })
      },
    })

  return (
    <AlertDialog open={open} onOpenChange={onOpenChange}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>Delete the recording of {recording.sessionName}?</AlertDialogTitle>
          <AlertDialogDescription>
            {recording.isRunning
              ? 'It is still being recorded: that ends, and the file is removed from the workspace. The session goes on.'
              : 'Its file is removed from the workspace. It cannot be brought back.'}
          </AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Keep it</Button>
          </AlertDialogCancel>
          <Button variant="destructive" disabled={pending} onClick={remove}>
            {pending && <Spinner />}
            Delete recording
          </Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
