import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { toast } from 'sonner'
import type { DeployKey, Environment } from '@craftastic/contract'
import { deployKeyQuery, makeDeployKeyMutation, rotateDeployKeyMutation } from '@/api/deploy-key'
import { describeError } from '@/api/errors'
import { ConfirmDialog } from '@/components/ConfirmDialog'
import { DeployKeyLink, DeployKeyText } from '@/components/DeployKeyText'
import { LoadFailure } from '@/components/LoadFailure'
import { RelativeTime } from '@/components/RelativeTime'
import { Spinner } from '@/components/Spinner'
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
import { useAction } from '@/lib/use-action'

export type KeyedEnvironment = Pick<Environment, 'id' | 'repositoryUrl'>

/** Shows the deploy key, makes the first one and rotates it. */
export function DeployKeyDialog({
  environment,
  open,
  onOpenChange,
}: {
  environment: KeyedEnvironment
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Deploy key</DialogTitle>
          <DialogDescription>
            Git in this environment signs in to SSH hosts with it. Its private half stays on the server.
          </DialogDescription>
        </DialogHeader>
        <DeployKeyBody environment={environment} />
      </DialogContent>
    </Dialog>
  )
}

function DeployKeyBody({ environment }: { environment: KeyedEnvironment }) {
  const { data, error, isFetching, refetch } = useQuery(deployKeyQuery(environment.id))
  if (data) return <ShownKey environment={environment} deployKey={data} />
  if (data === null) return <NoKey environment={environment} />
  if (error) return <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
  return <Skeleton className="h-24" />
}

function NoKey({ environment }: { environment: KeyedEnvironment }) {
  const { run, pending } = useAction(makeDeployKeyMutation(environment.id))
  return (
    <>
      <p className="text-muted-foreground">
        There is none yet. Make one for remotes such as git@github.com:owner/name, and add it to the repository there.
      </p>
      <DialogFooter>
        <Button disabled={pending} onClick={() => run(undefined, { onError: sayFailed('No deploy key was made') })}>
          {pending && <Spinner />}
          Make a deploy key
        </Button>
      </DialogFooter>
    </>
  )
}

function ShownKey({ environment, deployKey }: { environment: KeyedEnvironment; deployKey: DeployKey }) {
  const [asking, setAsking] = useState(false)
  const { run, pending } = useAction(rotateDeployKeyMutation(environment.id))
  const rotate = () =>
    run(undefined, {
      onSuccess: () => toast.success('There is a new deploy key', { description: 'Add it at the host.' }),
      onError: sayFailed('The deploy key was not rotated'),
    })
  return (
    <>
      <DeployKeyText deployKey={deployKey} />
      <p className="text-sm text-muted-foreground">
        Add it to the repository at its host, with write access if you push from here. Made{' '}
        <RelativeTime at={deployKey.createdAt} />.
      </p>
      <DialogFooter>
        <Button size="sm" variant="outline" disabled={pending} className="sm:mr-auto" onClick={() => setAsking(true)}>
          {pending && <Spinner />}
          Rotate key
        </Button>
        <DeployKeyLink repositoryUrl={environment.repositoryUrl} />
      </DialogFooter>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title="Rotate the deploy key?"
        verb="Rotate key"
        onConfirm={rotate}
      >
        There will be a new key at once, and the old one stops working. Until you add the new one at the host, Git here
        cannot fetch or push over SSH.
      </ConfirmDialog>
    </>
  )
}

function sayFailed(title: string) {
  return (error: unknown) => {
    const described = describeError(error)
    toast.error(title, { description: described.detail ?? described.title })
  }
}
