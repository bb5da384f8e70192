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
import type { DeployQuestion } from '@/lib/deploy-wish'

/** Asks before an application builds another branch for everybody who deploys it. */
export function BranchChangeDialog({
  open,
  question: { wish, reason },
  onClose,
  onConfirm,
}: {
  open: boolean
  question: Extract<DeployQuestion, { kind: 'branch' }>
  onClose: () => void
  onConfirm: () => void
}) {
  return (
    <AlertDialog open={open} onOpenChange={(next) => next || onClose()}>
      <AlertDialogContent>
        <AlertDialogHeader>
          <AlertDialogTitle>Deploy {wish.branch}?</AlertDialogTitle>
          <AlertDialogDescription>
            {reason} With this deployment it builds {wish.branch} from now on, for everybody who deploys it.
          </AlertDialogDescription>
        </AlertDialogHeader>
        <AlertDialogFooter>
          <AlertDialogCancel asChild>
            <Button variant="outline">Cancel</Button>
          </AlertDialogCancel>
          <Button onClick={onConfirm}>Deploy {wish.branch}</Button>
        </AlertDialogFooter>
      </AlertDialogContent>
    </AlertDialog>
  )
}
