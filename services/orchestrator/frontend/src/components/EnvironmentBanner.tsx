import { Link } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { BannerBox } from '@/components/BannerBox'
import { Button } from '@/components/ui/button'
import { VerbButton } from '@/components/VerbButton'
import { offeredVerbs } from '@/lib/environment-verbs'
import { isSettled } from '@/lib/operation-progress'
import { progressWords } from '@/lib/operation-words'
import { explainEnvironment } from '@/lib/status'

const titles: Record<Environment['status'], string> = {
  starting: 'The environment is starting',
  running: 'The environment runs',
  stopping: 'The environment is stopping',
  stopped: 'The environment is stopped',
  error: 'The environment failed',
  deleting: 'The environment is being deleted',
}

/** Over a terminal whose environment does not run: what is going on there, and what brings it back. */
export function EnvironmentBanner({ environment, refusals }: { environment: Environment; refusals: number }) {
  const [verb] = offeredVerbs(environment)
  return (
    <BannerBox
      title={titles[environment.status]}
      refusals={refusals}
      action={
        verb ? (
          <VerbButton environment={environment} verb={verb} />
        ) : (
          <Button asChild size="sm" variant="outline">
            <Link to={`/environments/${environment.id}`}>Go to the environment</Link>
          </Button>
        )
      }
    >
      {environmentNews(environment)}
    </BannerBox>
  )
}

/** The reason that the server gives, else the step that runs; and whether waiting is enough. */
function environmentNews(environment: Environment): string {
  const { status, statusReason, operation } = environment
  if (status === 'error' && operation?.error) return operation.error.reason
  if (status === 'stopped') return statusReason ?? 'The workspace is kept.'
  if (status !== 'starting') return explainEnvironment(environment)
  const progress = operation && !isSettled(operation) ? progressWords(operation) : null
  const news = statusReason ?? (progress ? `${progress}.` : explainEnvironment(environment))
  return `${news} The terminal opens by itself.`
}
