import { EllipsisIcon, PencilIcon, Trash2Icon } from 'lucide-react'
import type { Environment } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useAppActions } from '@/lib/app-actions'
import { offeredVerbs, verbLooks } from '@/lib/environment-verbs'
import { useAfterMenu } from '@/lib/use-after-menu'
import { useEnvironmentVerb } from '@/lib/use-environment-verb'

/** Everything that can be done with an environment. */
export function EnvironmentMenu({ environment, className }: { environment: Environment; className?: string }) {
  const { renameEnvironment, deleteEnvironment } = useAppActions()
  const { wish, pending } = useEnvironmentVerb(environment)
  const afterMenu = useAfterMenu()
  const verbs = offeredVerbs(environment)
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm" className={className} disabled={environment.status === 'deleting'}>
          <EllipsisIcon />
          <span className="sr-only">More for {environment.name}</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
        {verbs.map((verb) => {
          const { label, Icon } = verbLooks[verb]
          return (
            <DropdownMenuItem key={verb} disabled={pending} onSelect={afterMenu.then(() => wish(verb))}>
              <Icon />
              {label}
            </DropdownMenuItem>
          )
        })}
        {verbs.length > 0 && <DropdownMenuSeparator />}
        <DropdownMenuItem onSelect={afterMenu.then(() => renameEnvironment(environment))}>
          <PencilIcon />
          Rename
        </DropdownMenuItem>
        <DropdownMenuItem variant="destructive" onSelect={afterMenu.then(() => deleteEnvironment(environment))}>
          <Trash2Icon />
          Delete environment
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
