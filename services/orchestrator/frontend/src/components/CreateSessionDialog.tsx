import { useId, useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQuery } from '@tanstack/react-query'
import { useForm, useWatch } from 'react-hook-form'
import { useNavigate } from 'react-router'
import { defaultWorkingDirectory, type Session } from '@craftastic/contract'
import { describeErrorInline } from '@/api/errors'
import { gitBranchesQuery } from '@/api/git'
import { createSessionMutation } from '@/api/sessions'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { SessionBranchField } from '@/components/SessionBranchField'
import { TextField } from '@/components/TextField'
import { Checkbox } from '@/components/ui/checkbox'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { showFieldErrors } from '@/lib/server-errors'
import { suggestBranch } from '@/lib/session-branch'
import { SessionFormSchema, type SessionForm } from '@/lib/session-form'
import { useAction } from '@/lib/use-action'
import { nextSessionName, terminalPath } from '@/lib/use-terminals'

interface Place {
  environmentId: string
  sessions: readonly Session[]
  /** Begins with a branch of its own chosen. */
  ofBranch?: boolean
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

function SessionFields({ environmentId, sessions, ofBranch = false, onClose }: Place & { onClose: () => void }) {
  const navigate = useNavigate()
  const { run, pending } = useAction(createSessionMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const suggested = nextSessionName(sessions)
  const [onBranch, setOnBranch] = useState(ofBranch)
  const choiceId = useId()
  const { register, handleSubmit, setError, control, formState } = useForm({
    resolver: zodResolver(SessionFormSchema),
    mode: 'onTouched',
    defaultValues: { name: '', workingDirectory: '', branch: '' },
  })
  const [typedName, typedBranch] = useWatch({ control, name: ['name', 'branch'] })
  const { data: branches = [] } = useQuery({ ...gitBranchesQuery({ environmentId }), enabled: onBranch, retry: false })
  const suggestedBranch = suggestBranch(typedName.trim() || suggested, branches)

  const create = handleSubmit(({ name, workingDirectory, branch }) => {
    setFailure(null)
    run(
      {
        environmentId,
        name: name ?? suggested,
        workingDirectory: onBranch ? defaultWorkingDirectory : (workingDirectory ?? defaultWorkingDirectory),
        ...(onBranch ? { branch: branch ?? suggestedBranch } : {}),
      },
      {
        onSuccess: (session) => {
          onClose()
          void navigate(terminalPath(session))
        },
        onError: (error) => {
          const byCode = {
            name_taken: 'name',
            directory_missing: 'workingDirectory',
            branch_in_use: 'branch',
          } as const
          if (showFieldErrors<SessionForm>(error, ['name', 'workingDirectory', 'branch'], byCode, setError)) return
          setFailure(describeErrorInline(error))
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
      <div className="grid grid-cols-[auto_1fr] items-start gap-x-2.5 gap-y-0.5">
        <Checkbox
          id={choiceId}
          className="mt-0.5"
          checked={onBranch}
          aria-describedby={`${choiceId}-hint`}
          onCheckedChange={(checked) => setOnBranch(checked === true)}
        />
        <label htmlFor={choiceId} className="font-medium">
          On a branch of its own
        </label>
        <p id={`${choiceId}-hint`} className="col-start-2 text-xs text-muted-foreground">
          In a Git worktree, so that it changes no files of the other sessions.
        </p>
      </div>
      {onBranch ? (
        <SessionBranchField
          typed={typedBranch}
          suggested={suggestedBranch}
          branches={branches}
          sessions={sessions}
          problem={formState.errors.branch?.message}
          {...register('branch')}
        />
      ) : (
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
      )}
      {failure && <FormAlert>{failure}</FormAlert>}
      <FormFooter submit="Create session" submitting="Creating" pending={pending} onCancel={onClose} />
    </form>
  )
}
