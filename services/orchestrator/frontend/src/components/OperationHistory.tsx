import { useInfiniteQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { operationHistoryQuery } from '@/api/operation-history'
import { OperationHistoryRow } from '@/components/OperationHistoryRow'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'

/** What was done with an environment, by whom and how it ended; newest first. */
export function OperationHistory({ environment }: { environment: Environment }) {
  const { data, error, refetch, isFetching, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    operationHistoryQuery(environment.id),
  )
  const operations = data?.pages.flatMap((page) => page.operations)

  return (
    <Card aria-label="Activity" className="overflow-hidden">
      <CardHeader>
        <CardTitle>Activity</CardTitle>
      </CardHeader>
      {!operations && !error && (
        <div aria-hidden="true" className="grid gap-3 p-4">
          <Skeleton className="h-5 w-4/5" />
          <Skeleton className="h-5 w-3/5" />
        </div>
      )}
      {operations?.length === 0 && (
        <p className="px-4 py-3 text-muted-foreground">
          Nothing yet. Starts, stops and what the server does by itself appear here.
        </p>
      )}
      {operations && operations.length > 0 && (
        <ul className="divide-y">
          {operations.map((operation) => (
            <OperationHistoryRow key={operation.id} operation={operation} environment={environment} />
          ))}
        </ul>
      )}
      {error && (
        <div
          role="alert"
          className="flex flex-wrap items-center justify-between gap-3 border-t px-4 py-2 first:border-t-0"
        >
          <p className="text-muted-foreground">{describeError(error).title}.</p>
          <Button
            variant="outline"
            size="xs"
            disabled={isFetching}
            onClick={() => void (operations ? fetchNextPage() : refetch())}
          >
            {isFetching && <Spinner className="size-3.5" />}
            Try again
          </Button>
        </div>
      )}
      {hasNextPage && !error && (
        <div className="border-t px-2 py-1.5">
          <Button variant="ghost" size="sm" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {isFetchingNextPage && <Spinner />}
            Show more
          </Button>
        </div>
      )}
    </Card>
  )
}
