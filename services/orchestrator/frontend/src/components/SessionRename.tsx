import { useId, useRef, useState } from 'react'
import { toast } from 'sonner'
import { SessionName, type Session } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { updateSessionMutation } from '@/api/sessions'
import { Input } from '@/components/ui/input'
import { complete, fragment } from '@/lib/field-message'
import { sessionLabel } from '@/lib/status'
import { useAction } from '@/lib/use-action'
import { cn } from '@/lib/utils'

/** The name as a field in its own place: Enter or leaving keeps it, Escape does not. */
export function SessionRename({
  session,
  onDone,
  className,
}: {
  session: Session
  /** `byKey` tells that the focus is still here and has to go somewhere. */
  onDone: (byKey: boolean) => void
  className?: string
}) {
  const id = useId()
  const label = sessionLabel(session)
  const [name, setName] = useState(label)
  const finished = useRef(false)
  const { run: update } = useAction(updateSessionMutation())
  const parsed = SessionName.safeParse(name, { error: fragment })
  const problem = parsed.success ? null : complete('The name', parsed.error.issues[0]?.message)

  const finish = (keep: boolean, byKey: boolean) => {
    if (finished.current) return
    if (keep && !parsed.success) return
    finished.current = true
    onDone(byKey)
    if (!keep || !parsed.success || parsed.data === label) return
    update(
      { session, update: { name: parsed.data } },
      {
        onError: (error) => {
          const { title, detail } = describeError(error)
          toast.error(`${label} was not renamed`, { description: detail ?? title })
        },
      },
    )
  }

  return (
    <form
      className={cn('relative z-10 flex min-w-0 flex-1 items-center gap-3', className)}
      onSubmit={(event) => {
        event.preventDefault()
        finish(true, true)
      }}
    >
      <Input
        value={name}
        autoFocus
        aria-label={`Name of ${label}`}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem` : undefined}
        className="-ml-2 h-8 max-w-64 px-2"
        autoComplete="off"
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && finish(false, true)}
        onBlur={() => finish(parsed.success, false)}
      />
      {problem && (
        <span id={`${id}-problem`} role="alert" className="min-w-0 text-xs text-destructive-text">
          {problem}
        </span>
      )}
    </form>
  )
}
