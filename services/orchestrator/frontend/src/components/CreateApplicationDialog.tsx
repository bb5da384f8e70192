import { useQuery } from '@tanstack/react-query'
import type { Application, Environment } from '@craftastic/contract'
import { applicationChoicesQuery } from '@/api/applications'
import { CreateApplicationForm } from '@/components/CreateApplicationForm'
import { ReadFailure } from '@/components/ReadFailure'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { Skeleton } from '@/components/ui/skeleton'
import { repositoryLabel } from '@/lib/repository'

interface Props {
  environment: Environment
  open: boolean
  onOpenChange: (open: boolean) => void
  onCreated: (application: Application) => void
}

/** Makes an application in Coolify from the repository of an environment. */
export function CreateApplicationDialog(props: Props) {
  const { repositoryUrl } = props.environment
  return (
    <Dialog open={props.open} onOpenChange={props.onOpenChange}>
      <DialogContent className="max-w-xl">
        <DialogHeader>
          <DialogTitle>New application</DialogTitle>
          <DialogDescription>
            Coolify builds {repositoryUrl === null ? 'the repository' : repositoryLabel(repositoryUrl)} and runs it.
            Pushing alone does not deploy it.
          </DialogDescription>
        </DialogHeader>
        <Choices {...props} />
      </DialogContent>
    </Dialog>
  )
}

function Choices({ environment, onOpenChange, onCreated }: Props) {
  const { data, error, isFetching, refetch } = useQuery(applicationChoicesQuery())
  if (data) {
    return (
      <CreateApplicationForm
        environment={environment}
        choices={data}
        onCancel={() => onOpenChange(false)}
        onCreated={(application) => {
          onOpenChange(false)
          onCreated(application)
        }}
      />
    )
  }
  if (error) return <ReadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
  return (
    <div role="status" aria-label="What Coolify offers is being read" className="grid gap-4">
      <Skeleton className="h-14" />
      <Skeleton className="h-14" />
      <Skeleton className="h-14" />
    </div>
  )
}
