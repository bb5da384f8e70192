import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { useNavigate } from 'react-router'
import { defaultWorkingDirectory, type Session } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { createSessionMutation } from '@/api/sessions'
import { FormAlert } from '@/components/FormAlert'
import { Spinner } from '@/components/Spinner'
import { TextField } from '@/components/TextField'
import { Button } from '@/components/ui/button'
import {
  Dialog,
  DialogContent,
  DialogDescription,
  DialogFooter,
  DialogHeader,
  DialogTitle,
} from '@/components/ui/dialog'
import { showFieldErrors } from '@/lib/server-errors'
import { SessionFormSchema, type SessionForm } from '@/lib/session-form'
import { useAction } from '@/lib/use-action'
import { nextSessionName, terminalPath } from '@/lib/use-terminals'

interface Place {
  environmentId: string
  sessions: readonly Session[]
}

export function CreateSessionDialog({
  open,
  onOpenChange,
  ...place
}: Place & { open: boolean; onOpenChange: (open: boolean) => void }) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>New session</DialogTitle>
          <DialogDescription>A terminal that keeps running when you close the page.</DialogDescription>
        </DialogHeader>
        <SessionFields {...place} onClose={() => onOpenChange(false)} />
      </DialogContent>
    </Dialog>
  )
}

function SessionFields({ environmentId, sessions, onClose }: Place & { onClose: () => void }) {
  const navigate = useNavigate()
  const { run, pending } = useAction(createSessionMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const suggested = nextSessionName(sessions)
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(SessionFormSchema),
    mode: 'onTouched',
    defaultValues: { name: '', workingDirectory: '' },
  })

  const create = handleSubmit(({ name, workingDirectory }) => {
    setFailure(null)
    run(
      {
        environmentId,
        name: name ?? suggested,
        workingDirectory: workingDirectory ?? defaultWorkingDirectory,
      },
      {
        onSuccess: (session) => {
          onClose()
          void navigate(terminalPath(session))
        },
        onError: (error) => {
          const byCode = { name_taken: 'name', directory_missing: 'workingDirectory' } as const
          if (showFieldErrors<SessionForm>(error, ['name', 'workingDirectory'], byCode, setError)) return
          const { title, detail } = describeError(error)
          setFailure(detail ? `${title}. ${detail}` : title)
        },
      },
    )
  })

  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void create(event)}>
      <TextField
        label="Name"
        problemLabel="The name"
        optional
        placeholder={suggested}
        autoComplete="off"
        problem={formState.errors.name?.message}
        {...register('name')}
      />
      <TextField
        label="Working directory"
        problemLabel="The directory"
        optional
        placeholder={defaultWorkingDirectory}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="font-mono"
        problem={formState.errors.workingDirectory?.message}
        {...register('workingDirectory')}
      />
      {failure && <FormAlert>{failure}</FormAlert>}
      <DialogFooter>
        <Button variant="outline" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={pending}>
          {pending && <Spinner />}
          {pending ? 'Creating' : 'Create session'}
        </Button>
      </DialogFooter>
    </form>
  )
}
