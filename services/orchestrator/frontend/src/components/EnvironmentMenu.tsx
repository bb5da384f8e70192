import { EllipsisIcon, Trash2Icon } from 'lucide-react'
import type { Environment } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from '@/components/ui/dropdown-menu'
import { useAppActions } from '@/lib/app-actions'
import { useAfterMenu } from '@/lib/use-after-menu'

export function EnvironmentMenu({ environment, className }: { environment: Environment; className?: string }) {
  const { deleteEnvironment } = useAppActions()
  const afterMenu = useAfterMenu()
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" className={className} disabled={environment.status === 'deleting'}>
          <EllipsisIcon />
          <span className="sr-only">More for {environment.name}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
        <DropdownMenuItem variant="destructive" onSelect={afterMenu.then(() => deleteEnvironment(environment))}>
          <Trash2Icon />
          Delete environment
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
