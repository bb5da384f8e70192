/** What any part of the app may ask the shell for, because its dialogs outlive menus and pages. */
import { createContext, use } from 'react'
import type { Environment } from '@craftastic/contract'

export interface AppActions {
  createEnvironment(): void
  deleteEnvironment(environment: Environment): void
  showHelp(): void
  openDrawer(): void
}

export const AppActionsContext = createContext<AppActions | null>(null)

export function useAppActions(): AppActions {
  const actions = use(AppActionsContext)
  if (!actions) throw new Error('useAppActions is for what is inside the shell')
  return actions
}
