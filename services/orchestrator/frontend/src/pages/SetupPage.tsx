import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQuery } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { SetupFirstAdmin } from '@craftastic/contract'
import { setupMutation, setupStateQuery } from '@/api/auth'
import { describeErrorInline, hasCode } from '@/api/errors'
import { FormAlert } from '@/components/FormAlert'
import { Spinner } from '@/components/Spinner'
import { TextField } from '@/components/TextField'
import { Button } from '@/components/ui/button'
import { fragment } from '@/lib/field-message'
import { showFieldErrors } from '@/lib/server-errors'
import { useAction } from '@/lib/use-action'
import { AuthCard } from './AuthCard'

function setupFailure(error: unknown): string {
  if (hasCode(error, 'wrong_setup_token')) {
    return 'This link is not valid any more. Use the one that the server printed last.'
  }
  if (hasCode(error, 'not_found')) return 'Somebody has set up this server already.'
  return describeErrorInline(error)
}

export function Component() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const token = parameters.get('token') ?? ''
  const { data: setup } = useQuery(setupStateQuery())
  const { run, pending } = useAction(setupMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, formState, setError } = useForm({
    resolver: zodResolver(SetupFirstAdmin, { error: fragment }),
    defaultValues: { token, name: '', email: '', password: '' },
  })
  const { errors } = formState

  const create = handleSubmit((input) => {
    setFailure(null)
    run(input, {
      onSuccess: () => void navigate('/', { replace: true }),
      onError: (error) => {
        if (!showFieldErrors(error, ['name', 'email', 'password'], {}, setError)) setFailure(setupFailure(error))
      },
    })
  })

  if (setup?.setupRequired === false || token === '') {
    return (
      <AuthCard
        title={setup?.setupRequired === false ? 'Set up already' : 'The link is not complete'}
        lead={
          setup?.setupRequired === false
            ? 'This server has its first account.'
            : 'Open the whole set-up link that the server printed when it started.'
        }
      >
        <title>Set up · Craftastic</title>
        <Button asChild size="lg">
          <Link to="/login">Sign in</Link>
        </Button>
      </AuthCard>
    )
  }
  return (
    <AuthCard title="Set up Craftastic" lead="You are the first one here, so this account is the administrator.">
      <title>Set up · Craftastic</title>
      <form noValidate className="grid gap-4" onSubmit={(event) => void create(event)}>
        <TextField
          label="Your name"
          problemLabel="Your name"
          autoComplete="name"
          autoFocus
          problem={errors.name?.message}
          {...register('name')}
        />
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          problem={errors.email?.message}
          {...register('email')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="At least 12 characters. A few words are fine."
          problem={errors.password?.message}
          {...register('password')}
        />
        {failure && <FormAlert>{failure}</FormAlert>}
        <Button type="submit" size="lg" className="mt-2 w-full" disabled={pending}>
          {pending && <Spinner />}
          {pending ? 'Creating the account' : 'Create account'}
        </Button>
      </form>
    </AuthCard>
  )
}
