import { useQuery } from '@tanstack/react-query'
import { BoxIcon, PlusIcon } from 'lucide-react'
import { environmentsQuery } from '@/api/environments'
import { EnvironmentCard } from '@/components/EnvironmentCard'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { Skeleton } from '@/components/ui/skeleton'
import { useAppActions } from '@/lib/app-actions'
import { useCurrentUser } from '@/lib/current-user'

const gridClass = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-4'

export function Component() {
  const { createEnvironment } = useAppActions()
  const user = useCurrentUser()
  const { data: environments, error, isFetching, refetch } = useQuery(environmentsQuery(user.id))

  return (
    <>
      <title>Environments · Craftastic</title>
      <PageBar>
        <h1 className="font-medium">Environments</h1>
        {environments && environments.length > 0 && (
          <span className="text-muted-foreground tabular-nums">{environments.length}</span>
        )}
        <Button size="sm" className="ml-auto" onClick={createEnvironment}>
          <PlusIcon />
          New environment
        </Button>
      </PageBar>
      <div className="relative min-h-0 flex-1 overflow-y-auto p-4 md:p-6">
        {!environments && error && <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
        {!environments && !error && (
          <div className={gridClass} aria-hidden="true">
            {[0, 1, 2].map((index) => (
              <Skeleton key={index} className="h-40" />
            ))}
          </div>
        )}
        {environments?.length === 0 && (
          <Notice
            icon={<BoxIcon />}
            title="No environments yet"
            action={
              <Button size="lg" onClick={createEnvironment}>
                <PlusIcon />
                New environment
              </Button>
            }
          >
            Give a Git repository and get a container with it in <code className="font-mono text-xs">/workspace</code>,
            and terminals that stay. For example{' '}
            <code className="font-mono text-xs break-all">https://github.com/git/git</code>. Press <Kbd>c</Kbd> to
            begin.
          </Notice>
        )}
        {environments && environments.length > 0 && (
          <div className={gridClass}>
            {environments.map((environment) => (
              <EnvironmentCard key={environment.id} environment={environment} />
            ))}
          </div>
        )}
      </div>
    </>
  )
}
