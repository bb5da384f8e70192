import { isDeploymentEnded, type Deployment } from '@craftastic/contract'
import { cn } from '@/lib/utils'

/** Why it failed, or what holds it up at the moment. */
export function DeploymentReason({ deployment, className }: { deployment: Deployment; className?: string }) {
  const { status, metadata } = deployment
  const { error, trouble, adopted } = metadata
  const ended = isDeploymentEnded(status)
  const held = ended ? null : trouble
  const text = error?.reason ?? held?.reason ?? (adopted && !ended ? adoptedWords : null)
  if (text === null) return null
  return (
    <p
      className={cn(
        'text-xs text-pretty break-words whitespace-pre-line',
        error ? 'text-destructive-text' : held ? 'text-warning-text' : 'text-muted-foreground',
        className,
      )}
    >
      {text}
    </p>
  )
}

const adoptedWords = 'Coolify was at this commit already: that deployment is followed here.'
