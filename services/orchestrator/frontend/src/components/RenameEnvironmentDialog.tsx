import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { z } from 'zod'
import { EnvironmentName, type Environment } from '@craftastic/contract'
import { updateEnvironmentMutation } from '@/api/environments'
import { describeErrorInline } from '@/api/errors'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { TextField } from '@/components/TextField'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { fragment } from '@/lib/field-message'
import { showFieldErrors } from '@/lib/server-errors'
import { useAction } from '@/lib/use-action'
import { useLingering } from '@/lib/use-lingering'

const RenameForm = z.object({ name: EnvironmentName })

export function RenameEnvironmentDialog({
  environment,
  onClose,
}: {
  environment: Environment | null
  onClose: () => void
}) {
  const shown = useLingering(environment)
  if (!shown) return null
  return (
    <Dialog open={environment !== null} onOpenChange={(open) => !open && onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>Rename {shown.name}</DialogTitle>
          <DialogDescription>Nothing in the container changes.</DialogDescription>
        </DialogHeader>
        <RenameFields environment={shown} onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function RenameFields({ environment, onClose }: { environment: Environment; onClose: () => void }) {
  const { run, pending } = useAction(updateEnvironmentMutation(environment.id))
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(RenameForm, { error: fragment }),
    defaultValues: { name: environment.name },
  })

  const rename = handleSubmit(({ name }) => {
    setFailure(null)
    if (name === environment.name) return onClose()
    run(
      { name },
      {
        onSuccess: onClose,
        onError: (error) => {
          if (showFieldErrors(error, ['name'], { name_taken: 'name' }, setError)) return
          setFailure(describeErrorInline(error))
        },
      },
    )
  })

  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void rename(event)}>
      <TextField
        label="Name"
        problemLabel="The name"
        autoComplete="off"
        spellCheck={false}
        onFocus={(event) => event.currentTarget.select()}
        problem={formState.errors.name?.message}
        {...register('name')}
      />
      {failure && <FormAlert>{failure}</FormAlert>}
      <FormFooter submit="Rename" submitting="Renaming" pending={pending} onCancel={onClose} />
    </form>
  )
}
