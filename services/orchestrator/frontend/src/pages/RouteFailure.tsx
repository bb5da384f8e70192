import { isRouteErrorResponse, useNavigate, useRouteError } from 'react-router'
import { CompassIcon } from 'lucide-react'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'

/** Stands where a branch of routes failed. */
export function RouteFailure() {
  const error = useRouteError()
  const navigate = useNavigate()
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />
  return (
    <main className="grid min-h-dvh place-items-center">
      <LoadFailure error={error} retrying={false} onRetry={() => void navigate(0)} />
    </main>
  )
}

export function NotFound() {
  const navigate = useNavigate()
  return (
    <Notice
      icon={<CompassIcon />}
      title="There is no page at this address"
      action={<Button onClick={() => void navigate('/')}>Go to the dashboard</Button>}
    />
  )
}
