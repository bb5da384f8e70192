import { toast } from 'sonner'
import {
  Columns2Icon,
  EyeIcon,
  MinusIcon,
  PencilIcon,
  PlusIcon,
  SearchIcon,
  Settings2Icon,
  Trash2Icon,
} from 'lucide-react'
import type { Session } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuCheckboxItem,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { copyText } from '@/lib/clipboard'
import { useAfterMenu } from '@/lib/use-after-menu'
import { useChoice } from '@/lib/stored'
import { fontSizeChoice, largestFontPx, screenReaderChoice, smallestFontPx } from '@/lib/terminal-settings'
import { viewLink } from '@/lib/view-link'

interface Props {
  session: Session
  /** Undefined where there is no room, or two are shown already. */
  onBeside: (() => void) | undefined
  onSearch: () => void
  onRename: () => void
  onDelete: () => void
}

/** How terminals look and read, and what can be done with this session. */
export function TerminalMenu({ session, onBeside, onSearch, onRename, onDelete }: Props) {
  const afterMenu = useAfterMenu()
  const [fontSizePx, setFontSizePx] = useChoice(fontSizeChoice)
  const [screenReader, setScreenReader] = useChoice(screenReaderChoice)

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
        <DropdownMenuSeparator />
        <DropdownMenuItem
          disabled={fontSizePx >= largestFontPx}
          onSelect={(event) => {
            event.preventDefault()
            setFontSizePx(fontSizePx + 1)
          }}
        >
          <PlusIcon />
          Larger text
          <span className="ml-auto text-xs text-muted-foreground tabular-nums">{fontSizePx} px</span>
        </DropdownMenuItem>
        <DropdownMenuItem
          disabled={fontSizePx <= smallestFontPx}
          onSelect={(event) => {
            event.preventDefault()
            setFontSizePx(fontSizePx - 1)
          }}
        >
          <MinusIcon />
          Smaller text
        </DropdownMenuItem>
        <DropdownMenuSeparator />
        <DropdownMenuCheckboxItem
          checked={screenReader}
          onCheckedChange={setScreenReader}
          onSelect={(event) => event.preventDefault()}
        >
          Screen reader support
        </DropdownMenuCheckboxItem>
        <DropdownMenuSeparator />
        {onBeside && (
          <DropdownMenuItem onSelect={afterMenu.then(onBeside)}>
            <Columns2Icon />
            Open a session beside
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
