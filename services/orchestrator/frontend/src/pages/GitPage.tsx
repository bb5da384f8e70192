import { useCallback, useMemo } from 'react'
import { ChevronRightIcon, SquareTerminalIcon } from 'lucide-react'
import { Link, useParams, useSearchParams } from 'react-router'
import { EnvironmentLoadFailure } from '@/components/EnvironmentLoadFailure'
import { GitPanel } from '@/components/GitPanel'
import { PageBar } from '@/components/PageBar'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { readPlace, writePlace, type GitPlace } from '@/lib/git-place'
import { useEnvironment } from '@/lib/use-environment'
import { useOpenTerminal } from '@/lib/use-terminals'

/** The Git panel with the page for itself; the address names what it shows. */
export function Component() {
  const { environmentId = '' } = useParams()
  const { data: environment, error, isFetching, refetch } = useEnvironment(environmentId)
  const [search, setSearch] = useSearchParams()
  const place = useMemo(() => readPlace(search), [search])
  const show = useCallback((next: GitPlace) => setSearch(writePlace(next)), [setSearch])
  const { open, pending } = useOpenTerminal()

  return (
    <>
      {environment && <title>{`Git · ${environment.name}`}</title>}
      <PageBar>
        {environment ? (
          <Link
            to={`/environments/${environment.id}`}
            title={environment.name}
            className="min-w-0 truncate rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
          >
            {environment.name}
          </Link>
        ) : (
          !error && <Skeleton className="h-4 w-40" />
        )}
        {environment && <ChevronRightIcon aria-hidden="true" className="size-3.5 shrink-0 text-border-strong" />}
        <h1 className="font-medium">Git</h1>
        {environment?.status === 'running' && (
          <Button size="sm" variant="outline" className="ml-auto" disabled={pending} onClick={() => open(environment)}>
            {pending ? <Spinner /> : <SquareTerminalIcon />}
            <span className="max-sm:sr-only">Open terminal</span>
          </Button>
        )}
      </PageBar>
      {environment ? (
        <div className="min-h-0 flex-1">
          <GitPanel key={environment.id} environment={environment} place={place} onShow={show} />
        </div>
      ) : (
        error && <EnvironmentLoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      )}
    </>
  )
}
