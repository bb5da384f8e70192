import { EyeOffIcon } from 'lucide-react'
import { OutsideLink } from '@/components/OutsideLink'
import { webAddress } from '@/lib/web-address'

/** In the place of a log that the server's token may not read. */
export function DeploymentLogHidden({ url }: { url: string | null }) {
  const href = url === null ? null : webAddress(url)
  return (
    <div className="flex items-start gap-2.5 px-3 py-3">
      <EyeOffIcon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-muted-foreground" />
      <div className="grid min-w-0 gap-1">
        <p className="font-medium">Logs need a token with read:sensitive</p>
        <p className="text-pretty text-muted-foreground">
          The deployment goes on without it. Coolify shows logs to this server once its token has that ability.
        </p>
        {href && <OutsideLink href={href}>Read it in Coolify</OutsideLink>}
      </div>
    </div>
  )
}
