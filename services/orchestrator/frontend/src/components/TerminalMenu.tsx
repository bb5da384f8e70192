import { toast } from 'sonner'
import {
  CircleDotIcon,
  CircleStopIcon,
  Columns2Icon,
  EyeIcon,
  MaximizeIcon,
  MinimizeIcon,
  PaletteIcon,
  PencilIcon,
  SearchIcon,
  Settings2Icon,
  Trash2Icon,
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
import { copyText } from '@/lib/clipboard'
import { canFullScreen, toggleFullScreen, useFullScreen } from '@/lib/full-screen'
import { useAfterMenu } from '@/lib/use-after-menu'
import { viewLink } from '@/lib/view-link'

interface Props {
  session: Session
  /** Undefined where there is no room, or two are shown already. */
  onBeside: (() => void) | undefined
  onSearch: () => void
  /** Undefined where it cannot be recorded: nothing runs. */
  onRecord: (() => void) | undefined
  onRename: () => void
  onDelete: () => void
}

/** What can be done with this session and its terminal. */
export function TerminalMenu({ session, onBeside, onSearch, onRecord, onRename, onDelete }: Props) {
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
        <DropdownMenuSeparator />
        {onBeside && (
          <DropdownMenuItem onSelect={afterMenu.then(onBeside)}>
            <Columns2Icon />
            Open a session beside
          </DropdownMenuItem>
        )}
        {onRecord && (
          <DropdownMenuItem onSelect={afterMenu.then(onRecord)}>
            {session.recordingSince ? <CircleStopIcon /> : <CircleDotIcon />}
            {session.recordingSince ? 'Stop recording' : 'Record this session'}
          </DropdownMenuItem>
        )}
        <DropdownMenuItem onSelect={afterMenu.then(() => void copyViewLink(session))}>
          <EyeIcon />
          Copy a view-only link
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={afterMenu.then(onRename)}>
          <PencilIcon />
          Rename session
        </DropdownMenuItem>
        <DropdownMenuItem variant="destructive" onSelect={afterMenu.then(onDelete)}>
          <Trash2Icon />
          Delete session
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

async function copyViewLink(session: Session): Promise<void> {
  if (await copyText(viewLink(session))) toast('The link is copied', { description: 'Who opens it watches only.' })
  else toast.error('The browser refused to copy.')
}
