import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { ShareSession } from '@craftastic/contract'
import { describeErrorInline } from '@/api/errors'
import { shareSessionMutation } from '@/api/session-shares'
import { FormAlert } from '@/components/FormAlert'
import { SelectField } from '@/components/SelectField'
import { Spinner } from '@/components/Spinner'
import { TextField } from '@/components/TextField'
import { Button } from '@/components/ui/button'
import { fragment } from '@/lib/field-message'
import { showFieldErrors } from '@/lib/server-errors'
import { modeWords } from '@/lib/shared-session'
import { useAction } from '@/lib/use-action'

/** Adds somebody by the address with which they sign in. */
export function ShareForm({ sessionId }: { sessionId: string }) {
  const { run, pending } = useAction(shareSessionMutation(sessionId))
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, setError, resetField, setFocus, formState } = useForm<ShareSession>({
    resolver: zodResolver(ShareSession, { error: fragment }),
    defaultValues: { email: '', mode: 'view' },
  })

  const share = handleSubmit((input) => {
    setFailure(null)
    run(input, {
      onSuccess: () => {
        resetField('email')
        setFocus('email')
      },
      onError: (error) => {
        if (showFieldErrors(error, ['email'], { share_refused: 'email' }, setError)) return
        setFailure(describeErrorInline(error))
      },
    })
  })

  return (
    <form noValidate className="grid gap-3" onSubmit={(event) => void share(event)}>
      <div className="grid items-start gap-3 sm:grid-cols-[1fr_auto_auto]">
        <TextField
          label="Email"
          problemLabel="This"
          type="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problem={formState.errors.email?.message}
          {...register('email')}
        />
        <SelectField label="Access" {...register('mode')}>
          <option value="view">{modeWords.view}</option>
          <option value="edit">{modeWords.edit}</option>
        </SelectField>
        <Button type="submit" className="sm:mt-6.5" disabled={pending}>
          {pending && <Spinner />}
          Share
        </Button>
      </div>
      <p className="text-xs text-muted-foreground">
        Who may type can do in this environment whatever you can: read and change its files, push with your Git access,
        and end its programs.
      </p>
      {failure && <FormAlert>{failure}</FormAlert>}
    </form>
  )
}
