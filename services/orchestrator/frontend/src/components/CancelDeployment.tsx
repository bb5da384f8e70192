import { useState } from 'react'
import { toast } from 'sonner'
import { isDeploymentEnded, type Deployment } from '@craftastic/contract'
import { cancelDeploymentMutation } from '@/api/deployment-verbs'
import { describeError } from '@/api/errors'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { useAction } from '@/lib/use-action'

/** Asks Coolify to stop a deployment that is under way, after a question. */
export function CancelDeployment({ deployment, size = 'xs' }: { deployment: Deployment; size?: 'xs' | 'sm' }) {
  const [asking, setAsking] = useState(false)
  const { run, pending } = useAction(cancelDeploymentMutation())
  const ended = isDeploymentEnded(deployment.status)
  const { cancelRequestedAt, trouble } = deployment.metadata
  // Where Coolify did not take the wish, it can be repeated.
  const asked = cancelRequestedAt !== null && trouble?.code !== 'cancel_failed'
  if (ended || asked) return null

  const cancel = () =>
    run(deployment, {
      onError: (error) => {
        const { title, detail } = describeError(error)
        toast.error('The deployment was not cancelled', { description: detail ?? title })
      },
    })

  return (
    <>
      <Button
        variant="outline"
        size={size}
        className="relative z-10"
        disabled={pending}
        onClick={() => setAsking(true)}
      >
        {pending && <Spinner className="size-3.5" />}
        Cancel
      </Button>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Cancel this deployment?"
        keep="Keep deploying"
        verb="Cancel deployment"
        onConfirm={cancel}
      >
        Coolify stops the build. What the application runs now keeps running.
      </ConfirmDialog>
    </>
  )
}
