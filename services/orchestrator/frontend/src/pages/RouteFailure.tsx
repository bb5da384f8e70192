import { useEffect, useState } from 'react'
import { isRouteErrorResponse, useNavigate, useRouteError } from 'react-router'
import { CompassIcon } from 'lucide-react'
import { isMissingCode } from '@/api/errors'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { Button } from '@/components/ui/button'
import { mayLoadAgain } from '@/lib/load-again'

/** Stands where a branch of routes failed. */
export function RouteFailure() {
  const error = useRouteError()
  const navigate = useNavigate()
  // Loaded anew, a page has its code from one version of the server; terminals lose nothing by it.
  const [loadsAgain] = useState(() => isMissingCode(error) && mayLoadAgain())
  useEffect(() => {
    if (!loadsAgain) return
    const timer = setTimeout(() => void navigate(0), 500)
    return () => clearTimeout(timer)
  }, [loadsAgain, navigate])
  if (loadsAgain) return null
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
