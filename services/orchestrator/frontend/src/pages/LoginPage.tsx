import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useQuery } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useNavigate, useSearchParams } from 'react-router'
import { Login } from '@craftastic/contract'
import { loginMutation, setupStateQuery } from '@/api/auth'
import { ApiError, describeErrorInline, hasCode } from '@/api/errors'
import { FormAlert } from '@/components/FormAlert'
import { Spinner } from '@/components/Spinner'
import { TextField } from '@/components/TextField'
import { Button } from '@/components/ui/button'
import { fragment } from '@/lib/field-message'
import { safeReturnPath } from '@/lib/return-path'
import { useAction } from '@/lib/use-action'
import { AuthCard } from './AuthCard'

/** Why signing in failed, in words. */
function loginFailure(error: unknown): string {
  if (hasCode(error, 'wrong_credentials')) return 'Email and password do not match an account.'
  if (error instanceof ApiError && error.code === 'rate_limited') {
    const wait = error.retryAfterSeconds
    return wait === null ? 'Too many tries. Wait a little.' : `Too many tries. Wait ${wait} s, then try again.`
  }
  return describeErrorInline(error)
}

export function Component() {
  const navigate = useNavigate()
  const [parameters] = useSearchParams()
  const { data: setup } = useQuery(setupStateQuery())
  const { run, pending } = useAction(loginMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, formState, setFocus } = useForm({
    resolver: zodResolver(Login, { error: fragment }),
    defaultValues: { email: '', password: '' },
  })

  const wanted = parameters.get('to')
  const login = handleSubmit((input) => {
    setFailure(null)
    run(input, {
      onSuccess: () => void navigate(safeReturnPath(wanted), { replace: true }),
      onError: (error) => {
        setFailure(loginFailure(error))
        setFocus('password', { shouldSelect: true })
      },
    })
  })

  if (setup?.setupRequired) {
    return (
      <AuthCard title="Set up Craftastic" lead="There is no account yet.">
        <title>Set up · Craftastic</title>
        <p>Open the set-up link that the server printed when it started. It works once and looks like this:</p>
        <code className="-mt-3 rounded-md border bg-muted px-3 py-2 font-mono text-xs break-words">
          {window.location.origin}/setup?token=…
        </code>
      </AuthCard>
    )
  }
  return (
    <AuthCard title="Sign in" lead={wanted ? 'Sign in to continue.' : 'To your environments and terminals.'}>
      <title>Sign in · Craftastic</title>
      <form noValidate className="grid gap-4" onSubmit={(event) => void login(event)}>
        <TextField
          label="Email"
          type="email"
          autoComplete="username"
          autoFocus
          problem={formState.errors.email?.message}
          {...register('email')}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          problem={formState.errors.password?.message}
          {...register('password')}
        />
        {failure && <FormAlert>{failure}</FormAlert>}
        <Button type="submit" size="lg" className="mt-2 w-full" disabled={pending}>
          {pending && <Spinner />}
          {pending ? 'Signing in' : 'Sign in'}
        </Button>
      </form>
    </AuthCard>
  )
}
