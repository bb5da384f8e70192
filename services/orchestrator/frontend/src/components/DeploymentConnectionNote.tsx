import { KeyRoundIcon, UnplugIcon } from 'lucide-react'
import type { DeploymentConnection } from '@craftastic/contract'
import { TokenAbilities } from '@/components/DeploymentSetup'
import { OutsideLink } from '@/components/OutsideLink'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { addressLabel, webAddress } from '@/lib/web-address'

const titles: Record<DeploymentConnection['state'], string | null> = {
  not_configured: null,
  connected: null,
  refused: 'Coolify refuses the token of this server',
  unreachable: 'Coolify does not answer',
  unusable: 'Coolify cannot be used at the moment',
}

/** Coolify is away, fails, or refuses the server's token: what is known of deployments stays, new ones have to wait. */
export function DeploymentConnectionNote({
  connection: { state, url, reason },
  retrying,
  onRetry,
}: {
  connection: DeploymentConnection
  retrying: boolean
  onRetry: () => void
}) {
  const refused = state === 'refused'
  const href = url === null ? null : webAddress(url)
  const Icon = refused ? KeyRoundIcon : UnplugIcon
  return (
    <div role="alert" className="flex items-start gap-3 bg-warning-muted px-4 py-3">
      <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warning-text" />
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="font-medium">{titles[state]}</p>
        {reason !== null && <p className="text-pretty break-words text-muted-foreground">{reason}</p>}
        {refused && <TokenAbilities />}
        {refused && (
          <p className="text-xs text-muted-foreground">
            Tick deploy first when you make the token: ticking it clears the others.
          </p>
        )}
        {href && (
          <OutsideLink href={href} className="mt-1 text-xs">
            {addressLabel(href)}
          </OutsideLink>
        )}
      </div>
      <Button variant="outline" size="xs" disabled={retrying} onClick={onRetry}>
        {retrying && <Spinner className="size-3.5" />}
        Try again
      </Button>
    </div>
  )
}
