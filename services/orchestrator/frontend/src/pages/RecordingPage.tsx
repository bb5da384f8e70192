import { useQuery } from '@tanstack/react-query'
import { ChevronRightIcon, DownloadIcon } from 'lucide-react'
import { Link, useParams } from 'react-router'
import { hasCode } from '@/api/errors'
import { recordingQuery } from '@/api/recordings'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { RecordingPlayer } from '@/components/RecordingPlayer'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { saveRecording } from '@/lib/save-recording'
import { useEnvironment } from '@/lib/use-environment'

export function Component() {
  const { environmentId = '', fileName = '' } = useParams()
  const { data: environment } = useEnvironment(environmentId)
  const { data: cast, error, isFetching, refetch } = useQuery(recordingQuery({ environmentId, fileName }))
  const title = cast?.title || 'Recording'
  const missing = hasCode(error, 'not_found', 'malformed_request', 'validation_failed')

  return (
    <>
      <title>{`${title} · recording · Craftastic`}</title>
      <PageBar>
        <Link
          to={`/environments/${environmentId}`}
          className="max-w-48 min-w-0 truncate rounded-sm text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
        >
          {environment?.name ?? 'Environment'}
        </Link>
        <ChevronRightIcon aria-hidden="true" className="size-3.5 shrink-0 text-border-strong" />
        <h1 className="min-w-0 truncate font-medium" title={fileName}>
          {title}
        </h1>
        {cast && (
          <Button
            variant="outline"
            size="sm"
            className="ml-auto"
            onClick={() => void saveRecording({ environmentId, fileName })}
          >
            <DownloadIcon />
            <span className="max-sm:sr-only">Download</span>
          </Button>
        )}
      </PageBar>
      {cast && cast.events.length > 0 && <RecordingPlayer cast={cast} />}
      {cast === undefined && !error && (
        <div role="status" className="grid flex-1 place-items-center bg-terminal text-muted-foreground">
          <Spinner />
          <span className="sr-only">Loading the recording</span>
        </div>
      )}
      {cast === undefined && error && !missing && (
        <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      )}
      {(missing || cast === null || cast?.events.length === 0) && (
        <Notice
          title={missing ? 'This recording does not exist' : 'This recording cannot be played'}
          action={
            <Button asChild variant="outline">
              <Link to={`/environments/${environmentId}`}>Go to the environment</Link>
            </Button>
          }
        >
          {missing ? 'It was deleted, or the address is not complete.' : 'Its file holds nothing, or was changed.'}
        </Notice>
      )}
    </>
  )
}
