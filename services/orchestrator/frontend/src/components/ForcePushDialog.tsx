import { ConfirmDialog } from '@/components/ConfirmDialog'
import { useGit } from '@/lib/git-context'

/** Asks before commits of the remote are replaced. */
export function ForcePushDialog(props: { open: boolean; onOpenChange: (open: boolean) => void; onPush: () => void }) {
  const { status } = useGit()
  return (
    <ConfirmDialog
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={`Replace ${status.upstream ?? 'the remote branch'}?`}
      verb="Force push"
      onConfirm={props.onPush}
    >
      {status.behind > 0
        ? `${status.behind === 1 ? 'One commit' : `${status.behind} commits`} there that you do not have will be gone. `
        : 'What stands there is replaced by what you have. '}
      Git refuses it when somebody pushed since your last fetch.
    </ConfirmDialog>
  )
}
