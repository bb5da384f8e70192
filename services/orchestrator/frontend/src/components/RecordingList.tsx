import { useQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { recordingsQuery } from '@/api/recordings'
import { RecordingRow } from '@/components/RecordingRow'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'

/** The recordings that lie in the workspace of an environment that runs, newest first. */
export function RecordingList({ environment }: { environment: Environment }) {
  const { data, error, isFetching, refetch } = useQuery(recordingsQuery(environment.id))

  return (
    <Card aria-label="Recordings" className="overflow-hidden">
      <CardHeader>
        <CardTitle>
          Recordings
          {data && data.length > 0 && <span className="ml-2 font-normal text-muted-foreground">{data.length}</span>}
        </CardTitle>
      </CardHeader>
      {!data && !error && (
        <div aria-hidden="true" className="p-4">
          <Skeleton className="h-5 w-3/5" />
        </div>
      )}
      {!data && error && (
        <div role="alert" className="flex flex-wrap items-center justify-between gap-3 px-4 py-2">
          <p className="text-muted-foreground">{describeError(error).detail ?? describeError(error).title}</p>
          <Button variant="outline" size="xs" disabled={isFetching} onClick={() => void refetch()}>
            {isFetching && <Spinner className="size-3.5" />}
            Try again
          </Button>
        </div>
      )}
      {data?.length === 0 && (
        <p className="px-4 py-3 text-muted-foreground">
          Nothing yet. Choose “Record this session” in the menu of a terminal to keep what it shows.
        </p>
      )}
      {data && data.length > 0 && (
        <ul className="divide-y">
          {data.map((recording) => (
            <RecordingRow key={recording.fileName} recording={recording} />
          ))}
        </ul>
      )}
    </Card>
  )
}
