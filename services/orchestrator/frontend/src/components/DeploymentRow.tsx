import { useState } from 'react'
import { ChevronRightIcon } from 'lucide-react'
import { isDeploymentEnded, type Deployment } from '@craftastic/contract'
import { CancelDeployment } from '@/components/CancelDeployment'
import { DeploymentLog } from '@/components/DeploymentLog'
import { DeploymentOutcome, DeploymentTime } from '@/components/DeploymentOutcome'
import { DeploymentReason } from '@/components/DeploymentReason'
import { DeploymentRowMenu } from '@/components/DeploymentRowMenu'
import { RelativeTime } from '@/components/RelativeTime'
import { Collapsible, CollapsibleContent, CollapsibleTrigger } from '@/components/ui/collapsible'
import { deploymentTitle, shortCommit } from '@/lib/deployment-words'
import { cn } from '@/lib/utils'

/** One deployment; its log unfolds below it, by itself while it is the newest and under way. */
export function DeploymentRow({
  deployment,
  newest,
  named,
}: {
  deployment: Deployment
  newest: boolean
  /** Its application is told, because there are several. */
  named: boolean
}) {
  const { status, metadata, createdAt } = deployment
  const [open, setOpen] = useState(newest && !isDeploymentEnded(status))
  const title = deploymentTitle(deployment)
  const { applicationName, branch, commit } = metadata
  const facts = [named && applicationName, branch, commit !== null && shortCommit(commit)].filter(Boolean)

  return (
    <li>
      <Collapsible open={open} onOpenChange={setOpen}>
        <div className="relative flex min-h-13 flex-wrap items-center gap-x-3 gap-y-1 py-1.5 pr-2 pl-3 hover:bg-accent/50">
          <span className="flex min-w-0 flex-1 items-start gap-2 max-sm:basis-full">
            <ChevronRightIcon
              aria-hidden="true"
              className={cn(
                'mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform duration-150',
                open && 'rotate-90',
              )}
            />
            <span className="flex min-w-0 flex-col">
              <CollapsibleTrigger
                title={title}
                className="truncate rounded-sm text-left font-medium outline-none after:absolute after:inset-0 focus-visible:ring-2 focus-visible:ring-ring"
              >
                {title}
              </CollapsibleTrigger>
              <span className="flex flex-wrap gap-x-1.5 text-xs text-muted-foreground">
                {facts.map((fact) => (
                  <span key={String(fact)} className="min-w-0 truncate">
                    {fact} <span aria-hidden="true">·</span>
                  </span>
                ))}
                <RelativeTime at={createdAt} className="relative z-10" />
              </span>
            </span>
          </span>
          <span className="flex items-center gap-x-3 text-xs text-muted-foreground max-sm:ml-6 max-sm:flex-1">
            <CancelDeployment deployment={deployment} />
            <span className="text-right tabular-nums sm:w-20">
              <DeploymentTime deployment={deployment} />
            </span>
            <DeploymentOutcome deployment={deployment} className="max-sm:ml-auto sm:w-24" />
            <DeploymentRowMenu deployment={deployment} />
          </span>
        </div>
        <DeploymentReason deployment={deployment} className="pr-4 pb-2 pl-9" />
        <CollapsibleContent className="px-4 pt-1 pb-4 sm:pl-9">
          <DeploymentLog deployment={deployment} />
        </CollapsibleContent>
      </Collapsible>
    </li>
  )
}
