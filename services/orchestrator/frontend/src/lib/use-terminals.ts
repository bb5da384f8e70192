/** Ways into a terminal. */
import { useNavigate } from 'react-router'
import { toast } from 'sonner'
import { defaultWorkingDirectory, type Environment, type Session } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { createSessionMutation } from '@/api/sessions'
import { useAction } from './use-action'

export const terminalPath = (session: Pick<Session, 'id' | 'environmentId'>) =>
  `/environments/${session.environmentId}/sessions/${session.id}`

/** "Terminal 1", "Terminal 2", …: the first that no session has. */
export function nextSessionName(sessions: readonly Pick<Session, 'name'>[]): string {
  const taken = new Set(sessions.map(({ name }) => name?.toLowerCase()))
  let number = 1
  while (taken.has(`terminal ${number}`)) number += 1
  return `Terminal ${number}`
}

/** Makes a session and goes there. */
export function useNewTerminal() {
  const navigate = useNavigate()
  const { run, pending } = useAction(createSessionMutation())
  const open = (environmentId: string, sessions: readonly Session[], goTo?: (session: Session) => void) =>
    run(
      { environmentId, name: nextSessionName(sessions), workingDirectory: defaultWorkingDirectory },
      {
        onSuccess: goTo ?? ((session) => void navigate(terminalPath(session))),
        onError: (error) => {
          const { title, detail } = describeError(error)
          toast.error(title, { description: detail })
        },
      },
    )
  return { open, pending }
}

/** Goes to the session that was used last; makes the first one where there is none. */
export function useOpenTerminal() {
  const navigate = useNavigate()
  const { open: openNew, pending } = useNewTerminal()
  const open = (environment: Pick<Environment, 'id' | 'sessions'>) => {
    const sessions = environment.sessions ?? []
    const last = [...sessions].sort((a, b) => lastUse(b).localeCompare(lastUse(a)))[0]
    if (last) void navigate(terminalPath(last))
    else openNew(environment.id, sessions)
  }
  return { open, pending }
}

function lastUse(session: Session): string {
  return `${session.status === 'dead' ? 0 : 1}${session.lastActivity ?? session.createdAt}`
}
