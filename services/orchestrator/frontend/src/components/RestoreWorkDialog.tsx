import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQuery } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useNavigate } from 'react-router'
import { z } from 'zod'
import { EnvironmentName, type KeptWork } from '@craftastic/contract'
import { createEnvironmentMutation, environmentsQuery } from '@/api/environments'
import { describeErrorInline } from '@/api/errors'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { TextField } from '@/components/TextField'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { useCurrentUser } from '@/lib/current-user'
import { fragment } from '@/lib/field-message'
import { freeName } from '@/lib/kept-work'
import { showFieldErrors } from '@/lib/server-errors'
import { useAction } from '@/lib/use-action'
import { useLingering } from '@/lib/use-lingering'

const RestoreForm = z.object({ name: EnvironmentName })

/** Makes a new environment of what was kept of a deleted one. */
export function RestoreWorkDialog({ work, onClose }: { work: KeptWork | null; onClose: () => void }) {
  const shown = useLingering(work)
  if (!shown) return null
  return (
    <Dialog open={work !== null} onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Restore {shown.environmentName}</DialogTitle>
          <DialogDescription>
            Into a new environment: branches, stashes and files as they were
            {shown.repositoryUrl ? ', on a fresh clone of the repository' : ''}. A merge or rebase that was under way
            comes back as changed files. It stays kept.
          </DialogDescription>
        </DialogHeader>
        <RestoreFields work={shown} onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function RestoreFields({ work, onClose }: { work: KeptWork; onClose: () => void }) {
  const user = useCurrentUser()
  const navigate = useNavigate()
  const { data: environments } = useQuery(environmentsQuery(user.id))
  const { run, pending } = useAction(createEnvironmentMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const taken = environments?.map(({ name }) => name) ?? []
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(RestoreForm, { error: fragment }),
    defaultValues: { name: freeName(work.environmentName, taken) },
  })

  const restore = handleSubmit(({ name }) => {
    setFailure(null)
    run(
      { name, keptWorkId: work.id },
      {
        onSuccess: ({ id }) => {
          onClose()
          void navigate(`/environments/${id}`)
        },
        onError: (error) => {
          if (showFieldErrors(error, ['name'], { name_taken: 'name' }, setError)) return
          setFailure(describeErrorInline(error))
        },
      },
    )
  })

  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void restore(event)}>
      <TextField
        label="Name of the new environment"
        problemLabel="The name"
        autoComplete="off"
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        problem={formState.errors.name?.message}
        {...register('name')}
      />
      {failure && <FormAlert>{failure}</FormAlert>}
      <FormFooter submit="Restore" pending={pending} onCancel={onClose} />
    </form>
  )
}
