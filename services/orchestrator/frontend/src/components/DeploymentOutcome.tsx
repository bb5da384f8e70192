import { BanIcon, CheckIcon, XIcon } from 'lucide-react'
import type { Deployment } from '@craftastic/contract'
import { StatusDot } from '@/components/StatusDot'
import { deploymentMs, presentDeployment } from '@/lib/deployment-words'
import { useNow } from '@/lib/ticker'
import { duration } from '@/lib/time'
import { cn } from '@/lib/utils'

/** How a deployment stands: a shape and a word. */
export function DeploymentOutcome({ deployment, className }: { deployment: Deployment; className?: string }) {
  return (
    <span
      data-slot="deployment-outcome"
      className={cn('flex items-center gap-1.5 text-xs font-medium text-foreground', className)}
    >
      <span className="grid size-4 shrink-0 place-items-center">
        <OutcomeIcon status={deployment.status} />
      </span>
      {presentDeployment(deployment).word}
    </span>
  )
}

function OutcomeIcon({ status }: Pick<Deployment, 'status'>) {
  switch (status) {
    case 'finished':
      return <CheckIcon aria-hidden="true" className="size-4 text-status-running" />
    case 'failed':
      return <XIcon aria-hidden="true" className="size-4 text-status-error" />
    case 'cancelled':
      return <BanIcon aria-hidden="true" className="size-3.5 text-status-stopped" />
    default:
      return <StatusDot tone="busy" />
  }
}

/** How long it took, or takes so far. */
export function DeploymentTime({ deployment }: { deployment: Deployment }) {
  const ms = deploymentMs(deployment, useNow(1000))
  return ms === null ? null : duration(ms)
}
