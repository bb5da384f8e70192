import { useParams } from 'react-router'
import { EnvironmentLoadFailure } from '@/components/EnvironmentLoadFailure'
import { PageBar } from '@/components/PageBar'
import { TerminalWorkspace } from '@/components/TerminalWorkspace'
import { Skeleton } from '@/components/ui/skeleton'
import { useEnvironment } from '@/lib/use-environment'

export function Component() {
  const { environmentId = '', sessionId = '' } = useParams()
  const { data, error, isFetching, refetch } = useEnvironment(environmentId)

  if (data) return <TerminalWorkspace key={environmentId} environment={data} sessionId={sessionId} />
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
