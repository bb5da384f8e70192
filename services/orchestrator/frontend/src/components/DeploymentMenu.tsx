import { useState } from 'react'
import { EllipsisIcon, HistoryIcon, PlusIcon } from 'lucide-react'
import type { Application, Environment } from '@craftastic/contract'
import { RollBackDialog } from '@/components/RollBackDialog'
import { Button } from '@/components/ui/button'
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from '@/components/ui/dropdown-menu'
import { useAfterMenu } from '@/lib/use-after-menu'

/** What is done with applications less often than to deploy them. */
export function DeploymentMenu({
  environment,
  application,
  onCreate,
}: {
  environment: Environment
  application: Application | null
  onCreate: () => void
}) {
  const afterMenu = useAfterMenu()
  const [choosing, setChoosing] = useState(false)
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-sm">
            <EllipsisIcon />
            <span className="sr-only">More for deployments</span>
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="w-52" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
          <DropdownMenuItem disabled={!application} onSelect={afterMenu.then(() => setChoosing(true))}>
            <HistoryIcon />
            Roll back…
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={afterMenu.then(onCreate)}>
            <PlusIcon />
            Create application…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      {application && (
        <RollBackDialog
          environmentId={environment.id}
          application={application}
          open={choosing}
          onOpenChange={setChoosing}
        />
      )}
    </>
  )
}
