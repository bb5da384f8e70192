/** Links to a terminal that is only watched. */
import { TerminalMode, type Session } from '@craftastic/contract'
import { terminalPath } from './use-terminals'

/** Whether an address, by its query, asks to watch only. */
export function viewOnly(search: string): boolean {
  return new URLSearchParams(search).get('mode') === TerminalMode.enum.view
}

/** The whole address, to be handed to somebody. */
export function viewLink(session: Pick<Session, 'id' | 'environmentId'>): string {
  return new URL(`${terminalPath(session)}?mode=${TerminalMode.enum.view}`, window.location.href).href
}
