/** What any part of the app may ask the shell for, because its dialogs outlive menus and pages. */
import { createContext, use } from 'react'
import type { Environment } from '@craftastic/contract'
import type { EndingVerb } from './environment-verbs'

/** The questions about one environment. */
export interface EnvironmentQuestions {
  renameEnvironment(environment: Environment): void
  deleteEnvironment(environment: Environment): void
  /** Asks before a verb that ends programs. */
  confirmEnd(environment: Environment, verb: EndingVerb): void
}

export interface AppActions extends EnvironmentQuestions {
  createEnvironment(): void
  showHelp(): void
  showTerminalSettings(): void
  openDrawer(): void
  openPalette(): void
}

export const AppActionsContext = createContext<AppActions | null>(null)

export function useAppActions(): AppActions {
  const actions = use(AppActionsContext)
  if (!actions) throw new Error('useAppActions is for what is inside the shell')
  return actions
}
