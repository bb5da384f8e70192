import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from 'react-router'
import { environmentQuery, environmentsQuery } from '@/api/environments'
import { hasCode } from '@/api/errors'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { TerminalWorkspace } from '@/components/TerminalWorkspace'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useCurrentUser } from '@/lib/current-user'

export function Component() {
  const { environmentId = '', sessionId = '' } = useParams()
  const client = useQueryClient()
  const user = useCurrentUser()
  const { data, error, isFetching, refetch } = useQuery({
    ...environmentQuery(environmentId),
    placeholderData: () =>
      client.getQueryData(environmentsQuery(user.id).queryKey)?.find(({ id }) => id === environmentId),
  })

  if (data) return <TerminalWorkspace key={environmentId} environment={data} sessionId={sessionId} />
  return (
    <>
      <PageBar>{error ? <h1 className="font-medium">Terminal</h1> : <Skeleton className="h-4 w-40" />}</PageBar>
      {hasCode(error, 'not_found', 'malformed_request', 'validation_failed') && (
        <Notice
          title="This environment does not exist"
          action={
            <Button asChild variant="outline">
              <Link to="/">Go to the dashboard</Link>
            </Button>
          }
        >
          It was deleted, or the address is not complete.
        </Notice>
      )}
      {error && !hasCode(error, 'not_found', 'malformed_request', 'validation_failed') && (
        <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      )}
      {!error && <div className="min-h-0 flex-1 bg-terminal" />}
    </>
  )
}
