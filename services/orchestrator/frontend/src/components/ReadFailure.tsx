import { describeError } from '@/api/errors'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'

/** Stands in a part of a page that could not be read. */
export function ReadFailure({ error, retrying, onRetry }: { error: unknown; retrying: boolean; onRetry: () => void }) {
  const { title, detail } = describeError(error)
  return (
    <div role="alert" className="flex flex-wrap items-center justify-between gap-3 px-4 py-2.5 not-first:border-t">
      <p className="min-w-0 flex-1 text-pretty break-words text-muted-foreground">
        {title}. {detail}
      </p>
      <Button variant="outline" size="xs" disabled={retrying} onClick={onRetry}>
        {retrying && <Spinner className="size-3.5" />}
        Try again
      </Button>
    </div>
  )
}
