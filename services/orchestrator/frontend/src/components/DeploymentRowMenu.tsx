import { EllipsisIcon, ExternalLinkIcon, FileTextIcon, RotateCwIcon } from 'lucide-react'
import { Link } from 'react-router'
import { isDeploymentEnded, type Deployment } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useDeploy } from '@/lib/deploy-context'
import { wishToRedeploy } from '@/lib/deploy-wish'
import { deploymentPath } from '@/lib/deployment-place'
import { deploymentTitle } from '@/lib/deployment-words'
import { useAfterMenu } from '@/lib/use-after-menu'
import { webAddress } from '@/lib/web-address'

/** What else can be done with one deployment. */
export function DeploymentRowMenu({ deployment }: { deployment: Deployment }) {
  const { deploy, pending } = useDeploy()
  const afterMenu = useAfterMenu()
  const { status, metadata } = deployment
  const href = metadata.url === null ? null : webAddress(metadata.url)
  const redeploy = (force: boolean) => afterMenu.then(() => deploy(wishToRedeploy(deployment, force), null))
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" className="relative z-10">
          <EllipsisIcon />
          <span className="sr-only">More for {deploymentTitle(deployment)}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-56" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
        <DropdownMenuItem asChild>
          <Link to={deploymentPath(deployment)}>
            <FileTextIcon />
            Open the log
          </Link>
        </DropdownMenuItem>
        {href && (
          <DropdownMenuItem asChild>
            <a href={href} target="_blank" rel="noopener noreferrer">
              <ExternalLinkIcon />
              Open in Coolify
            </a>
          </DropdownMenuItem>
        )}
        {isDeploymentEnded(status) && (
          <>
            <DropdownMenuSeparator />
            <DropdownMenuItem disabled={pending} onSelect={redeploy(false)}>
              <RotateCwIcon />
              Redeploy
            </DropdownMenuItem>
            {/* Going back to an image builds nothing. */}
            {metadata.kind !== 'rollback' && (
              <DropdownMenuItem disabled={pending} onSelect={redeploy(true)}>
                <RotateCwIcon />
                Redeploy without cache
              </DropdownMenuItem>
            )}
          </>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
