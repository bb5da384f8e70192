import type { Session } from '@craftastic/contract'

/** At a prompt there is nothing that somebody would miss. */
const shells: readonly string[] = ['sh', 'bash', 'dash', 'ash', 'zsh', 'fish', 'ksh', 'nu', 'pwsh']

/** The program in front, when it is more than a shell. */
export function programOf({ currentCommand }: Pick<Session, 'currentCommand'>): string | null {
  return currentCommand && !shells.includes(currentCommand) ? currentCommand : null
}

const list = new Intl.ListFormat('en', { type: 'conjunction' })

/** The programs in front that are more than a shell, such as `node and vim`; null where there is none. */
export function namePrograms(sessions: readonly Pick<Session, 'currentCommand'>[]): string | null {
  const programs = [...new Set(sessions.flatMap((session) => programOf(session) ?? []))]
  return programs.length === 0 ? null : list.format(programs)
}
