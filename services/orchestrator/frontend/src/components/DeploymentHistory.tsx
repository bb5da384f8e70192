import { useInfiniteQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { deploymentsQuery } from '@/api/deployments'
import { DeploymentRow } from '@/components/DeploymentRow'
import { ReadFailure } from '@/components/ReadFailure'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { deploymentTitle, presentDeployment } from '@/lib/deployment-words'

/** What was deployed from an environment, newest first. `quiet`: there is nothing to say where nothing was. */
export function DeploymentHistory({ environment, quiet }: { environment: Environment; quiet: boolean }) {
  const query = useInfiniteQuery(deploymentsQuery(environment.id))
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = query
  const deployments = data?.pages.flatMap((page) => page.deployments)
  const newest = deployments?.[0]
  const applications = new Set(deployments?.map(({ appId }) => appId))

  return (
    <>
      {deployments?.length === 0 && !quiet && (
        <p className="border-t px-4 py-3 text-muted-foreground">Nothing was deployed from here yet.</p>
      )}
      <p role="status" className="sr-only">
        {newest ? `${deploymentTitle(newest)}: ${presentDeployment(newest).word}` : ''}
      </p>
      {deployments && deployments.length > 0 && (
        <ul aria-label="History of deployments" className="divide-y border-t">
          {deployments.map((deployment, index) => (
            <DeploymentRow
              key={deployment.id}
              deployment={deployment}
              newest={index === 0}
              named={applications.size > 1}
            />
          ))}
        </ul>
      )}
      {error && (!quiet || deployments) && (
        <ReadFailure
          error={error}
          retrying={isFetching}
          onRetry={() => void (deployments ? fetchNextPage() : refetch())}
        />
      )}
      {hasNextPage && !error && (
        <div className="border-t px-2 py-1.5">
          <Button variant="ghost" size="sm" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage && <Spinner />}
            Show more
          </Button>
        </div>
      )}
    </>
  )
}
