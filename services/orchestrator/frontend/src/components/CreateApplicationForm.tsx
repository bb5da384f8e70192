import { useState } from 'react'
import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import { toast } from 'sonner'
import type { Application, ApplicationChoices, CreateApplication, Environment } from '@craftastic/contract'
import { createApplicationMutation } from '@/api/applications'
import { describeErrorInline } from '@/api/errors'
import { ApplicationBuildFields } from '@/components/ApplicationBuildFields'
import { ApplicationPlaceFields } from '@/components/ApplicationPlaceFields'
import { ApplicationSourceFields } from '@/components/ApplicationSourceFields'
import { FormAlert } from '@/components/FormAlert'
import { FormFooter } from '@/components/FormFooter'
import { applicationFormSchema, readRefusedFields, type ApplicationForm } from '@/lib/application-form'
import { useAction } from '@/lib/use-action'

export function CreateApplicationForm({
  environment,
  choices,
  onCancel,
  onCreated,
}: {
  environment: Environment
  choices: ApplicationChoices
  onCancel: () => void
  onCreated: (application: Application) => void
}) {
  const { run, pending } = useAction(createApplicationMutation())
  const [failure, setFailure] = useState<string[]>([])
  const form = useForm<ApplicationForm, unknown, CreateApplication>({
    resolver: zodResolver(applicationFormSchema(environment.id)),
    defaultValues: startWith(environment, choices),
  })

  const create = form.handleSubmit((input) => {
    setFailure([])
    run(input, {
      onSuccess: (application) => {
        toast.success(`${application.name} is created`, { description: 'Nothing of it runs until it is deployed.' })
        onCreated(application)
      },
      onError: (error) => {
        const { placed, rest } = readRefusedFields(error)
        for (const { field, message } of placed) form.setError(field, { message }, { shouldFocus: true })
        if (placed.length > 0 && rest.length === 0) return
        setFailure([describeErrorInline(error), ...rest])
      },
    })
  })

  const missing = missingWords(choices)
  return (
    <form noValidate className="grid gap-5" onSubmit={(event) => void create(event)}>
      <ApplicationSourceFields form={form} choices={choices} environment={environment} />
      <ApplicationPlaceFields form={form} choices={choices} />
      <ApplicationBuildFields form={form} />
      {missing !== null && <FormAlert>{missing}</FormAlert>}
      {failure.length > 0 && (
        <FormAlert>
          {failure.map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </FormAlert>
      )}
      <FormFooter
        submit="Create application"
        submitting="Creating"
        pending={pending}
        disabled={missing !== null}
        onCancel={onCancel}
      />
    </form>
  )
}

/** What fits most repositories, and the first of what Coolify has. */
function startWith(environment: Environment, { servers, projects, ...others }: ApplicationChoices): ApplicationForm {
  return {
    name: environment.name,
    branch: '',
    source: 'public',
    githubAppId: others.githubApps[0]?.id ?? '',
    privateKeyId: others.privateKeys[0]?.id ?? '',
    serverId: (servers.find(({ usable }) => usable) ?? servers[0])?.id ?? '',
    destinationId: '',
    projectId: projects[0]?.id ?? '',
    projectEnvironmentId: '',
    buildPack: 'nixpacks',
    port: '3000',
    baseDirectory: '',
  }
}

function missingWords({ servers, projects }: ApplicationChoices): string | null {
  if (servers.length === 0) return 'Coolify has no server that this token can see. Add one there first.'
  return projects.length === 0 ? 'Coolify has no project that this token can see. Add one there first.' : null
}
