/** The commands of the palette that are the same on every page, and those for the environment on show. */
import {
  AArrowDownIcon,
  AArrowUpIcon,
  ArchiveIcon,
  GitBranchIcon,
  KeyRoundIcon,
  KeyboardIcon,
  LayoutGridIcon,
  LogOutIcon,
  MaximizeIcon,
  MonitorIcon,
  MoonIcon,
  PaletteIcon,
  PencilIcon,
  PlusIcon,
  RocketIcon,
  SquareTerminalIcon,
  SunIcon,
} from 'lucide-react'
import { useNavigate } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { useAppActions } from './app-actions'
import { deployHash } from './deployment-place'
import { offeredVerbs, verbLooks } from './environment-verbs'
import { canFullScreen, toggleFullScreen } from './full-screen'
import { gitPath, gitSettingsPath } from './git-place'
import { keptWorkPath } from './kept-work'
import type { PaletteItem } from './palette-items'
import { useChoice } from './stored'
import { fontSizeChoice, largestFontPx, smallestFontPx } from './terminal-settings'
import { useThemeChoice } from './theme'
import { useWishVerb } from './use-environment-verb'
import { useSignOut } from './use-sign-out'
import { useNewTerminal } from './use-terminals'

/** What can be done with the environment whose page is shown. */
export function useEnvironmentCommands(environment: Environment | undefined): PaletteItem[] {
  const navigate = useNavigate()
  const { renameEnvironment } = useAppActions()
  const { wishVerb } = useWishVerb()
  const { open: openNew } = useNewTerminal()
  if (!environment || environment.status === 'deleting') return []
  const newTerminal: PaletteItem = {
    id: 'new-terminal',
    label: 'New terminal',
    keywords: ['session', 'tab', 'shell'],
    look: SquareTerminalIcon,
    keys: ['Ctrl', 'Shift', 'Enter'],
    run: () => openNew(environment.id, environment.sessions ?? []),
  }
  const deploy: PaletteItem = {
    id: 'deploy',
    label: `Deploy ${environment.name}`,
    keywords: ['deployments', 'Coolify', 'release', 'build', 'publish'],
    look: RocketIcon,
    run: () => void navigate(`/environments/${environment.id}${deployHash}`),
  }
  return [
    ...(environment.status === 'running' ? [newTerminal] : []),
    {
      id: 'git',
      label: `Git of ${environment.name}`,
      keywords: ['changes', 'commit', 'diff', 'branch', 'history', 'stash'],
      look: GitBranchIcon,
      run: () => void navigate(gitPath(environment.id)),
    },
    ...(environment.repositoryUrl === null ? [] : [deploy]),
    ...offeredVerbs(environment).map((verb) => ({
      id: verb,
      label: `${verbLooks[verb].label} ${environment.name}`,
      look: verbLooks[verb].Icon,
      run: () => wishVerb(environment, verb),
    })),
    {
      id: 'rename-environment',
      label: `Rename ${environment.name}`,
      look: PencilIcon,
      run: () => renameEnvironment(environment),
    },
  ]
}

const themes = [
  { theme: 'light', look: SunIcon },
  { theme: 'dark', look: MoonIcon },
  { theme: 'system', look: MonitorIcon },
] as const

export function useAppCommands(): PaletteItem[] {
  const navigate = useNavigate()
  const { createEnvironment, showHelp, showTerminalSettings } = useAppActions()
  const { signOut } = useSignOut()
  const [current, setTheme] = useThemeChoice()
  const [fontSizePx, setFontSizePx] = useChoice(fontSizeChoice)
  const resize = (label: string, look: PaletteItem['look'], next: number): PaletteItem => ({
    id: label,
    label,
    detail: `${next} px`,
    keywords: ['terminal', 'font size', 'zoom'],
    look,
    run: () => setFontSizePx(next),
  })
  return [
    {
      id: 'create-environment',
      label: 'New environment',
      keywords: ['create'],
      look: PlusIcon,
      keys: ['c'],
      run: createEnvironment,
    },
    {
      id: 'dashboard',
      label: 'Dashboard',
      keywords: ['home', 'environments'],
      look: LayoutGridIcon,
      keys: ['g', 'd'],
      run: () => void navigate('/'),
    },
    {
      id: 'git-tokens',
      label: 'Git tokens',
      keywords: ['settings', 'credentials', 'github', 'password'],
      look: KeyRoundIcon,
      run: () => void navigate(gitSettingsPath),
    },
    {
      id: 'kept-work',
      label: 'Kept work',
      keywords: ['settings', 'restore', 'deleted', 'undo', 'bundle'],
      look: ArchiveIcon,
      run: () => void navigate(keptWorkPath),
    },
    ...(fontSizePx < largestFontPx ? [resize('Larger terminal text', AArrowUpIcon, fontSizePx + 1)] : []),
    ...(fontSizePx > smallestFontPx ? [resize('Smaller terminal text', AArrowDownIcon, fontSizePx - 1)] : []),
    {
      id: 'terminal-settings',
      label: 'Terminal settings',
      keywords: ['colours', 'scheme', 'theme', 'font', 'copy on select', 'paste', 'screen reader', 'preferences'],
      look: PaletteIcon,
      run: showTerminalSettings,
    },
    ...(canFullScreen()
      ? [
          {
            id: 'full-screen',
            label: document.fullscreenElement ? 'Leave full screen' : 'Full screen',
            keywords: ['maximise', 'Ctrl+W'],
            look: MaximizeIcon,
            run: () => void toggleFullScreen(),
          },
        ]
      : []),
    ...themes
      .filter(({ theme }) => theme !== current)
      .map(({ theme, look }) => ({
        id: `theme-${theme}`,
        label: theme === 'system' ? 'Appearance as the system' : `Appearance ${theme}`,
        keywords: ['theme', 'colours', 'mode'],
        look,
        run: () => setTheme(theme),
      })),
    {
      id: 'help',
      label: 'Keyboard shortcuts',
      keywords: ['help', 'keys'],
      look: KeyboardIcon,
      keys: ['?'],
      run: showHelp,
    },
    { id: 'sign-out', label: 'Sign out', keywords: ['log out'], look: LogOutIcon, run: signOut },
  ]
}
