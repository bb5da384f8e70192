import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { toast } from 'sonner'
import { describeErrorInline } from '@/api/errors'
import { saveGitCredentialMutation } from '@/api/git-credentials'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { TextField } from '@/components/TextField'
import { Dialog, DialogContent, DialogDescription, DialogHeader, DialogTitle } from '@/components/ui/dialog'
import { CredentialForm } from '@/lib/credential-form'
import { showFieldErrors } from '@/lib/server-errors'
import { useAction } from '@/lib/use-action'
import { useLingering } from '@/lib/use-lingering'

export interface CredentialQuestion {
  host: string
  username?: string | null
  replaces?: boolean
}

/** Takes a token for a host. */
export function GitCredentialDialog({
  question,
  onClose,
}: {
  question: CredentialQuestion | null
  onClose: () => void
}) {
  const shown = useLingering(question)
  if (!shown) return null
  return (
    <Dialog open={question !== null} onOpenChange={(open) => open || onClose()}>
      <DialogContent>
        <DialogHeader>
          <DialogTitle>{shown.replaces ? `Replace the token for ${shown.host}` : 'Add a token'}</DialogTitle>
          <DialogDescription>It needs the right to read code, and to write it where you push.</DialogDescription>
        </DialogHeader>
        <CredentialFields question={shown} onClose={onClose} />
      </DialogContent>
    </Dialog>
  )
}

function CredentialFields({ question, onClose }: { question: CredentialQuestion; onClose: () => void }) {
  const { run, pending } = useAction(saveGitCredentialMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, setError, formState } = useForm({
    resolver: zodResolver(CredentialForm),
    defaultValues: { host: question.host, token: '', username: question.username ?? '' },
  })
  const { errors } = formState

  const save = handleSubmit(({ host, token, username }) => {
    setFailure(null)
    run(username === undefined ? { host, token } : { host, token, username }, {
      onSuccess: () => {
        onClose()
        toast.success(`The token for ${host} is saved`)
      },
      onError: (error) => {
        if (showFieldErrors(error, ['token', 'username'], {}, setError)) return
        setFailure(describeErrorInline(error))
      },
    })
  })

  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void save(event)}>
      {!question.replaces && (
        <TextField
          label="Host"
          problemLabel="The host"
          placeholder="github.com"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          problem={errors.host?.message}
          {...register('host')}
        />
      )}
      <TextField
        label="Token"
        problemLabel="The token"
        type="password"
        autoComplete="off"
        className="font-mono"
        problem={errors.token?.message}
        {...register('token')}
      />
      <TextField
        label="User name"
        problemLabel="The user name"
        optional
        hint="Only where the host asks for one beside the token."
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        problem={errors.username?.message}
        {...register('username')}
      />
      {failure && <FormAlert>{failure}</FormAlert>}
      <FormFooter submit="Save token" submitting="Saving" pending={pending} onCancel={onClose} />
    </form>
  )
}
