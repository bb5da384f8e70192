import { useQuery } from '@tanstack/react-query'
import { ChevronRightIcon } from 'lucide-react'
import { Link, useNavigate, useParams } from 'react-router'
import type { Deployment, Environment } from '@craftastic/contract'
import { deploymentQuery } from '@/api/deployments'
import { hasCode } from '@/api/errors'
import { CancelDeployment } from '@/components/CancelDeployment'
import { DeployFailureNote } from '@/components/DeployFailureNote'
import { DeploymentFacts } from '@/components/DeploymentFacts'
import { DeploymentLog } from '@/components/DeploymentLog'
import { DeploymentOutcome } from '@/components/DeploymentOutcome'
import { DeploymentReason } from '@/components/DeploymentReason'
import { DeploymentRowMenu } from '@/components/DeploymentRowMenu'
import { DeployProvider } from '@/components/DeployProvider'
import { EnvironmentLoadFailure } from '@/components/EnvironmentLoadFailure'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { deploymentPath } from '@/lib/deployment-place'
import { deploymentTitle } from '@/lib/deployment-words'
import { useEnvironment } from '@/lib/use-environment'

/** One deployment, with its log over the whole page. */
export function Component() {
  const { environmentId = '', deploymentId = '' } = useParams()
  const navigate = useNavigate()
  const { data: environment, error, isFetching, refetch } = useEnvironment(environmentId)
  const deployment = useQuery(deploymentQuery(deploymentId))

  if (!environment && error) {
    return <EnvironmentLoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
  }
  // The address of another environment's deployment leads to nothing.
  const shown = deployment.data?.environmentId === environmentId ? deployment.data : undefined
  if (environment && shown) {
    return (
      <DeployProvider environment={environment} onBegun={(begun) => void navigate(deploymentPath(begun))}>
        <DeploymentView environment={environment} deployment={shown} />
      </DeployProvider>
    )
  }
  return (
    <>
      <PageBar>
        {environment ? <Place environment={environment} /> : <Skeleton className="h-4 w-40" />}
        <h1 className="font-medium">Deployment</h1>
      </PageBar>
      {(deployment.error || (deployment.data && !shown)) && (
        <DeploymentLoadFailure
          environmentId={environmentId}
          error={deployment.error}
          retrying={deployment.isFetching}
          onRetry={() => void deployment.refetch()}
        />
      )}
    </>
  )
}

function DeploymentView({ environment, deployment }: { environment: Environment; deployment: Deployment }) {
  return (
    <>
      <title>{`${deploymentTitle(deployment)} · ${environment.name}`}</title>
      <PageBar>
        <Place environment={environment} />
        <h1 className="truncate font-medium max-sm:sr-only">Deployment</h1>
        <DeploymentOutcome deployment={deployment} className="ml-1 shrink-0" />
        <div className="ml-auto flex shrink-0 items-center gap-1">
          <CancelDeployment deployment={deployment} size="sm" />
          <DeploymentRowMenu deployment={deployment} />
        </div>
      </PageBar>
      <DeployFailureNote />
      <div className="grid shrink-0 gap-1.5 px-4 py-3 md:px-6">
        <DeploymentFacts deployment={deployment} />
        <DeploymentReason deployment={deployment} />
      </div>
      <DeploymentLog key={deployment.id} deployment={deployment} whole />
    </>
  )
}

function Place({ environment }: { environment: Environment }) {
  return (
    <>
      <Link
        to={`/environments/${environment.id}`}
        title={environment.name}
        className="min-w-0 truncate rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
      >
        {environment.name}
      </Link>
      <ChevronRightIcon aria-hidden="true" className="size-3.5 shrink-0 text-border-strong" />
    </>
  )
}

function DeploymentLoadFailure({
  environmentId,
  error,
  retrying,
  onRetry,
}: {
  environmentId: string
  /** Null where it was read and is of another environment. */
  error: unknown
  retrying: boolean
  onRetry: () => void
}) {
  const exists = error !== null && !hasCode(error, 'not_found', 'malformed_request', 'validation_failed')
  if (exists) return <LoadFailure error={error} retrying={retrying} onRetry={onRetry} />
  return (
    <Notice
      title="This deployment does not exist"
      action={
        <Button asChild variant="outline">
          <Link to={`/environments/${environmentId}`}>Go to the environment</Link>
        </Button>
      }
    >
      The address is not complete, or it belongs to another environment.
    </Notice>
  )
}
