import {
  ArchiveIcon,
  ChevronsUpDownIcon,
  KeyboardIcon,
  KeyRoundIcon,
  LogOutIcon,
  MonitorIcon,
  MoonIcon,
  PaletteIcon,
  SunIcon,
} from 'lucide-react'
import { useNavigate } from 'react-router'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useAppActions } from '@/lib/app-actions'
import { useCurrentUser } from '@/lib/current-user'
import { initials } from '@/lib/initials'
import { gitSettingsPath } from '@/lib/git-place'
import { keptWorkPath } from '@/lib/kept-work'
import { ThemeChoice, useThemeChoice } from '@/lib/theme'
import { useAfterMenu } from '@/lib/use-after-menu'
import { useSignOut } from '@/lib/use-sign-out'
import { cn } from '@/lib/utils'

const themes = [
  { value: 'system', label: 'System', Icon: MonitorIcon },
  { value: 'light', label: 'Light', Icon: SunIcon },
  { value: 'dark', label: 'Dark', Icon: MoonIcon },
] as const

export function UserMenu({ compact }: { compact: boolean }) {
  const user = useCurrentUser()
  const { showHelp, showTerminalSettings } = useAppActions()
  const navigate = useNavigate()
  const afterMenu = useAfterMenu()
  const [theme, setTheme] = useThemeChoice()
  const { signOut, pending } = useSignOut()

  return (
    <DropdownMenu>
      <DropdownMenuTrigger
        aria-label={`${user.name}, your menu`}
        className={cn(
          'flex h-10 w-full items-center gap-2 rounded-md text-left outline-none hover:bg-sidebar-accent focus-visible:ring-2 focus-visible:ring-ring data-[state=open]:bg-sidebar-accent',
          compact ? 'justify-center' : 'px-2',
        )}
      >
        <span
          aria-hidden="true"
          className="grid size-6 shrink-0 place-items-center rounded-full bg-secondary text-xs font-medium ring-1 ring-border-strong"
        >
          {initials(user.name, 1).toUpperCase()}
        </span>
        {!compact && (
          <>
            <span className="min-w-0 flex-1 truncate">{user.name}</span>
            <ChevronsUpDownIcon aria-hidden="true" className="size-3.5 text-muted-foreground" />
          </>
        )}
      </DropdownMenuTrigger>
      <DropdownMenuContent side="top" align="start" className="w-58" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
        <div className="px-2 py-1.5">
          <div className="truncate font-medium">{user.name}</div>
          <div className="truncate text-xs text-muted-foreground">{user.email}</div>
        </div>
        <DropdownMenuSeparator />
        <DropdownMenuLabel>Appearance</DropdownMenuLabel>
        <DropdownMenuRadioGroup
          value={theme}
          onValueChange={(value) => {
            const choice = ThemeChoice.safeParse(value)
            if (choice.success) setTheme(choice.data)
          }}
        >
          {themes.map(({ value, label, Icon }) => (
            <DropdownMenuRadioItem key={value} value={value} onSelect={(event) => event.preventDefault()}>
              {label}
              <Icon className="ml-auto" />
            </DropdownMenuRadioItem>
          ))}
        </DropdownMenuRadioGroup>
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={afterMenu.then(showTerminalSettings)}>
          <PaletteIcon />
          Terminal settings
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void navigate(gitSettingsPath)}>
          <KeyRoundIcon />
          Git tokens
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void navigate(keptWorkPath)}>
          <ArchiveIcon />
          Kept work
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={afterMenu.then(showHelp)}>
          <KeyboardIcon />
          Keyboard
        </DropdownMenuItem>
        <DropdownMenuItem disabled={pending} onSelect={signOut}>
          <LogOutIcon />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
