import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm, useWatch } from 'react-hook-form'
import { isSshRepository, RepositoryUrl, type CreateEnvironment, type Environment } from '@craftastic/contract'
import { createEnvironmentMutation } from '@/api/environments'
import { describeErrorInline } from '@/api/errors'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { TextField } from '@/components/TextField'
import { Button } from '@/components/ui/button'
import { EnvironmentFormSchema, type EnvironmentForm } from '@/lib/environment-form'
import { freeName, suggestName } from '@/lib/repository'
import { showFieldErrors } from '@/lib/server-errors'
import { useAction } from '@/lib/use-action'

const fields = ['repositoryUrl', 'branch', 'name'] as const

export function CreateEnvironmentForm({
  takenNames,
  onCancel,
  onCreated,
}: {
  takenNames: readonly string[]
  onCancel: () => void
  onCreated: (environment: Environment) => void
}) {
  const { run, pending } = useAction(createEnvironmentMutation())
  const [failure, setFailure] = useState<string | null>(null)
  const { register, handleSubmit, control, getValues, setValue, setError, trigger, formState } = useForm<
    EnvironmentForm,
    unknown,
    CreateEnvironment
  >({
    resolver: zodResolver(EnvironmentFormSchema),
    defaultValues: { source: 'repository', repositoryUrl: '', branch: '', name: '' },
  })
  const { errors, dirtyFields } = formState
  const withRepository = useWatch({ control, name: 'source' }) === 'repository'
  const url = useWatch({ control, name: 'repositoryUrl' }).trim()
  const overSsh = RepositoryUrl.safeParse(url).success && isSshRepository(url)

  /** Follows the repository until somebody writes a name of their own. */
  const suggest = (name: string) => {
    if (!dirtyFields.name) setValue('name', name, { shouldValidate: formState.isSubmitted })
  }

  const chooseSource = (source: EnvironmentForm['source'], repositoryUrl: string) => {
    setValue('source', source)
    suggest(source === 'nothing' ? freeName('scratch', takenNames) : suggestName(repositoryUrl, takenNames))
  }

  /** Leaving a field judges what is in it; that it is empty matters only in the end. */
  const judgeFilled = (field: (typeof fields)[number]) => (event: { target: { value: string } }) => {
    if (event.target.value !== '') void trigger(field)
  }

  /** What was wrong goes with the key that mends it: gone only with the click on a button, it would move that away. */
  const judgeAgain = (field: (typeof fields)[number]) => {
    if (errors[field]) void trigger(field)
  }

  const create = handleSubmit((input) => {
    setFailure(null)
    run(input, {
      onSuccess: onCreated,
      onError: (error) => {
        const byCode = { name_taken: 'name', repository_refused: 'repositoryUrl' } as const
        if (showFieldErrors<EnvironmentForm>(error, fields, byCode, setError)) return
        setFailure(describeErrorInline(error))
      },
    })
  })

  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void create(event)}>
      {withRepository ? (
        <div className="grid gap-4 sm:grid-cols-[1fr_9.5rem]">
          <TextField
            label="Repository URL"
            problemLabel="The URL"
            problem={errors.repositoryUrl?.message}
            placeholder="https://github.com/owner/name"
            hint={overSsh && 'Over SSH: the environment gets a deploy key, which you add at the host.'}
            type="url"
            inputMode="url"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...register('repositoryUrl', {
              onBlur: judgeFilled('repositoryUrl'),
              onChange: (event: { target: { value: string } }) => {
                judgeAgain('repositoryUrl')
                suggest(suggestName(event.target.value.trim(), takenNames))
              },
            })}
          />
          <TextField
            label="Branch"
            problemLabel="The branch"
            optional
            problem={errors.branch?.message}
            placeholder="default"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            {...register('branch', { onBlur: judgeFilled('branch'), onChange: () => judgeAgain('branch') })}
          />
        </div>
      ) : (
        <div className="flex items-center justify-between gap-4 rounded-md border bg-muted px-3 py-2">
          <p className="text-muted-foreground">Starts with an empty workspace.</p>
          <Button
            variant="link"
            size="sm"
            className="px-0"
            onClick={() => chooseSource('repository', getValues('repositoryUrl'))}
          >
            Use a repository
          </Button>
        </div>
      )}
      <TextField
        label="Name"
        problemLabel="The name"
        problem={errors.name?.message}
        placeholder={withRepository ? 'taken from the repository' : 'scratch'}
        autoComplete="off"
        spellCheck={false}
        {...register('name', { onBlur: judgeFilled('name'), onChange: () => judgeAgain('name') })}
      />
      {failure && <FormAlert>{failure}</FormAlert>}
      <FormFooter
        submit="Create environment"
        submitting="Creating"
        pending={pending}
        onCancel={onCancel}
        aside={
          withRepository && (
            <Button variant="link" className="px-0 sm:mr-auto" onClick={() => chooseSource('nothing', '')}>
              Start without a repository
            </Button>
          )
        }
      />
    </form>
  )
}
