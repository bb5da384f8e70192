import { useQuery } from '@tanstack/react-query'
import { useWatch, type UseFormReturn } from 'react-hook-form'
import type { ApplicationChoices, CreateApplication, Environment } from '@craftastic/contract'
import { deployCheckQuery } from '@/api/deployments'
import { SelectField } from '@/components/SelectField'
import { TextField } from '@/components/TextField'
import type { ApplicationForm } from '@/lib/application-form'

/** What the application is called, which branch it builds, and how Coolify reads the repository. */
export function ApplicationSourceFields({
  form,
  choices: { githubApps, privateKeys },
  environment,
}: {
  form: UseFormReturn<ApplicationForm, unknown, CreateApplication>
  choices: ApplicationChoices
  environment: Environment
}) {
  const { register, control, formState } = form
  const { errors } = formState
  const source = useWatch({ control, name: 'source' })
  const { data: check } = useQuery(deployCheckQuery(environment.id, null))
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          problemLabel="The name"
          autoComplete="off"
          spellCheck={false}
          placeholder={environment.name}
          problem={errors.name?.message}
          {...register('name')}
        />
        <TextField
          label="Branch"
          problemLabel="The branch"
          optional
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          placeholder={check?.branch ?? 'current branch'}
          problem={errors.branch?.message}
          {...register('branch')}
        />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label="Repository is read"
          problemLabel="The repository"
          hint={source === 'public' ? 'Anybody can read it.' : undefined}
          problem={errors.source?.message}
          {...register('source')}
        >
          <option value="public">as a public one</option>
          <option value="github_app">through a GitHub app</option>
          <option value="deploy_key">with a deploy key</option>
        </SelectField>
        {source === 'github_app' && (
          <SelectField
            label="GitHub app"
            problemLabel="The GitHub app"
            hint={
              githubApps.length === 0
                ? 'Coolify has none yet: add one there under Sources.'
                : 'It needs access to the repository.'
            }
            problem={errors.githubAppId?.message}
            {...register('githubAppId')}
          >
            <Options of={githubApps} />
          </SelectField>
        )}
        {source === 'deploy_key' && (
          <SelectField
            label="Deploy key"
            problemLabel="The deploy key"
            hint={
              privateKeys.length === 0
                ? 'Coolify has none yet: add one there under Keys & Tokens.'
                : 'Its public half belongs to the repository’s deploy keys.'
            }
            problem={errors.privateKeyId?.message}
            {...register('privateKeyId')}
          >
            <Options of={privateKeys} />
          </SelectField>
        )}
      </div>
    </>
  )
}

function Options({ of }: { of: readonly { id: string; name: string }[] }) {
  if (of.length === 0) return <option value="">none yet</option>
  return of.map(({ id, name }) => (
    <option key={id} value={id}>
      {name}
    </option>
  ))
}
