import { useQuery } from '@tanstack/react-query'
import { Navigate, useParams } from 'react-router'
import { sharedSessionsQuery } from '@/api/session-shares'
import { EnvironmentLoadFailure } from '@/components/EnvironmentLoadFailure'
import { PageBar } from '@/components/PageBar'
import { TerminalWorkspace } from '@/components/TerminalWorkspace'
import { Skeleton } from '@/components/ui/skeleton'
import { sharedPath } from '@/lib/shared-session'
import { useEnvironment } from '@/lib/use-environment'

export function Component() {
  const { environmentId = '', sessionId = '' } = useParams()
  const { data, error, isFetching, refetch } = useEnvironment(environmentId)
  const { data: shared = [] } = useQuery(sharedSessionsQuery())

  if (data) return <TerminalWorkspace key={environmentId} environment={data} sessionId={sessionId} />
  // The address from its owner's browser.
  if (error && shared.some(({ id }) => id === sessionId)) return <Navigate to={sharedPath({ id: sessionId })} replace />
  return (
    <>
      <PageBar>{error ? <h1 className="font-medium">Terminal</h1> : <Skeleton className="h-4 w-40" />}</PageBar>
      {error ? (
        <EnvironmentLoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <div className="min-h-0 flex-1 bg-terminal" />
      )}
    </>
  )
}
