import { toast } from 'sonner'
import { TerminalMode, type SessionShare } from '@craftastic/contract'
import { describeError, hasCode } from '@/api/errors'
import { deleteSessionShareMutation, shareSessionMutation } from '@/api/session-shares'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { NativeSelect } from '@/components/ui/native-select'
import { modeWords } from '@/lib/shared-session'
import { useAction } from '@/lib/use-action'

/** One person with access, what they may do, and the way to take it back. */
export function ShareRow({ sessionId, share }: { sessionId: string; share: SessionShare }) {
  const { id, user, mode } = share
  const { run: change, pending: changing } = useAction(shareSessionMutation(sessionId))
  const { run: remove, pending: removing } = useAction(deleteSessionShareMutation(sessionId))

  const sayFailed = (title: string) => (error: unknown) => {
    if (hasCode(error, 'not_found')) return
    const described = describeError(error)
    toast.error(title, { description: described.detail ?? described.title })
  }

  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-2 pr-2 pl-3">
      <div className="min-w-40 flex-1">
        <p className="truncate font-medium" title={user.name}>
          {user.name}
        </p>
        <p className="truncate text-xs text-muted-foreground" title={user.email}>
          {user.email}
        </p>
      </div>
      <div className="flex items-center gap-1">
        <NativeSelect
          aria-label={`What ${user.name} may do`}
          value={mode}
          disabled={changing}
          onChange={(event) =>
            change(
              { email: user.email, mode: TerminalMode.parse(event.target.value) },
              { onError: sayFailed(`Nothing changed for ${user.name}`) },
            )
          }
        >
          <option value="view">{modeWords.view}</option>
          <option value="edit">{modeWords.edit}</option>
        </NativeSelect>
        <Button
          variant="ghost"
          size="sm"
          disabled={removing}
          onClick={() => remove(id, { onError: sayFailed(`${user.name} still has access`) })}
        >
          {removing && <Spinner />}
          Remove
          <span className="sr-only"> {user.name}</span>
        </Button>
      </div>
    </li>
  )
}
