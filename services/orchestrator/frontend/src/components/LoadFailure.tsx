import { RotateCwIcon, TriangleAlertIcon } from 'lucide-react'
import { ApiError, describeError } from '@/api/errors'
import { Notice } from '@/components/Notice'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'

/** Stands where something could not be read, with the way to try again. */
export function LoadFailure({ error, retrying, onRetry }: { error: unknown; retrying: boolean; onRetry: () => void }) {
  const { title, detail } = describeError(error)
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <Notice
      alert
      icon={<TriangleAlertIcon />}
      title={title}
      action={
        <Button variant="outline" onClick={onRetry} disabled={retrying}>
          {retrying ? <Spinner /> : <RotateCwIcon />}
          Try again
        </Button>
      }
    >
      {detail && <p>{detail}</p>}
      {requestId && <p className="mt-1 font-mono text-xs">Request {requestId}</p>}
    </Notice>
  )
}
