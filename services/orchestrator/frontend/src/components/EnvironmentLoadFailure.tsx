import { Link } from 'react-router'
import { hasCode } from '@/api/errors'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'

/** Stands where an environment could not be read: it does not exist, or reading it failed. */
export function EnvironmentLoadFailure(props: { error: unknown; retrying: boolean; onRetry: () => void }) {
  if (!hasCode(props.error, 'not_found', 'malformed_request', 'validation_failed')) return <LoadFailure {...props} />
  return (
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
  )
}
