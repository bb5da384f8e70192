import {
  CircleDotIcon,
  CircleStopIcon,
  Columns2Icon,
  MaximizeIcon,
  MinimizeIcon,
  PaletteIcon,
  PencilIcon,
  SearchIcon,
  Settings2Icon,
  Trash2Icon,
  UsersIcon,
} from 'lucide-react'
import type { Session } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useAppActions } from '@/lib/app-actions'
import { canFullScreen, toggleFullScreen, useFullScreen } from '@/lib/full-screen'
import { useAfterMenu } from '@/lib/use-after-menu'

interface SessionVerbs {
  session: Session
  /** Undefined where there is no room, or two are shown already. */
  onBeside: (() => void) | undefined
  /** Undefined where it cannot be recorded: nothing runs. */
  onRecord: (() => void) | undefined
  onShare: () => void
  onRename: () => void
  onDelete: () => void
}

/** What can be done with this terminal and, where it is one's own, with its session. */
export function TerminalMenu({ onSearch, own }: { onSearch: () => void; own?: SessionVerbs }) {
  const afterMenu = useAfterMenu()
  const { showTerminalSettings } = useAppActions()
  const fullScreen = useFullScreen()

  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon-sm">
          <Settings2Icon />
          <span className="sr-only">Terminal menu</span>
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="w-60" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
        <DropdownMenuItem onSelect={afterMenu.then(onSearch)}>
          <SearchIcon />
          Search history
          <span className="ml-auto text-xs text-muted-foreground">Ctrl+Shift+F</span>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={afterMenu.then(showTerminalSettings)}>
          <PaletteIcon />
          Terminal settings
        </DropdownMenuItem>
        {canFullScreen() && (
          <DropdownMenuItem onSelect={() => void toggleFullScreen()}>
            {fullScreen ? <MinimizeIcon /> : <MaximizeIcon />}
            {fullScreen ? 'Leave full screen' : 'Full screen'}
          </DropdownMenuItem>
        )}
        {own && <SessionItems {...own} then={afterMenu.then} />}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

function SessionItems({
  session,
  onBeside,
  onRecord,
  onShare,
  onRename,
  onDelete,
  then,
}: SessionVerbs & { then: (action: () => void) => () => void }) {
  return (
    <>
      <DropdownMenuSeparator />
      {onBeside && (
        <DropdownMenuItem onSelect={then(onBeside)}>
          <Columns2Icon />
          Open a session beside
        </DropdownMenuItem>
      )}
      {onRecord && (
        <DropdownMenuItem onSelect={then(onRecord)}>
          {session.recordingSince ? <CircleStopIcon /> : <CircleDotIcon />}
          {session.recordingSince ? 'Stop recording' : 'Record this session'}
        </DropdownMenuItem>
      )}
      <DropdownMenuItem onSelect={then(onShare)}>
        <UsersIcon />
        Share…
      </DropdownMenuItem>
      <DropdownMenuItem onSelect={then(onRename)}>
        <PencilIcon />
        Rename session
      </DropdownMenuItem>
      <DropdownMenuItem variant="destructive" onSelect={then(onDelete)}>
        <Trash2Icon />
        Delete session
      </DropdownMenuItem>
    </>
  )
}
