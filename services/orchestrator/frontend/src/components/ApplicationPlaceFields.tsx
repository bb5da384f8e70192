import { useEffect } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useWatch, type UseFormReturn } from 'react-hook-form'
import type { ApplicationChoices, CreateApplication } from '@craftastic/contract'
import { destinationsQuery, projectEnvironmentsQuery } from '@/api/applications'
import { describeError } from '@/api/errors'
import { SelectField } from '@/components/SelectField'
import type { ApplicationForm } from '@/lib/application-form'

/** Where in Coolify the application lives and on which server it runs. */
export function ApplicationPlaceFields({
  form,
  choices: { servers, projects },
}: {
  form: UseFormReturn<ApplicationForm, unknown, CreateApplication>
  choices: ApplicationChoices
}) {
  const { register, control, formState, getValues, setValue } = form
  const { errors } = formState
  const serverId = useWatch({ control, name: 'serverId' })
  const projectId = useWatch({ control, name: 'projectId' })
  const stages = useQuery({ ...projectEnvironmentsQuery(projectId), enabled: projectId !== '' })
  const places = useQuery({ ...destinationsQuery(serverId), enabled: serverId !== '' })
  const stageList = stages.data
  // A server with one place needs no choice.
  const placeList = places.data && places.data.length > 1 ? places.data : null

  useEffect(() => {
    if (!stageList || stageList.some(({ id }) => id === getValues('projectEnvironmentId'))) return
    const usual = stageList.find(({ name }) => name === 'production') ?? stageList[0]
    setValue('projectEnvironmentId', usual?.id ?? '')
  }, [stageList, getValues, setValue])
  useEffect(() => {
    if (placeList?.some(({ id }) => id === getValues('destinationId'))) return
    setValue('destinationId', placeList?.[0]?.id ?? '')
  }, [placeList, getValues, setValue])

  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <SelectField
        label="Project"
        problemLabel="The project"
        problem={errors.projectId?.message}
        {...register('projectId')}
      >
        {projects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Stage"
        problemLabel="The stage"
        hint={stages.error ? `${describeError(stages.error).title}.` : 'Coolify calls it an environment.'}
        problem={errors.projectEnvironmentId?.message}
        {...register('projectEnvironmentId')}
      >
        {!stageList && <option value="">being read</option>}
        {stageList?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label="Server"
        problemLabel="The server"
        problem={errors.serverId?.message}
        {...register('serverId')}
      >
        {servers.map(({ id, name, usable }) => (
          <option key={id} value={id} disabled={!usable}>
            {usable ? name : `${name} (not reachable)`}
          </option>
        ))}
      </SelectField>
      {placeList && (
        <SelectField
          label="Network"
          problemLabel="The network"
          hint="Coolify calls it a destination."
          problem={errors.destinationId?.message}
          {...register('destinationId')}
        >
          {placeList.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
      )}
    </div>
  )
}
