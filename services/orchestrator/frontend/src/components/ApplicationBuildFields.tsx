import type { UseFormReturn } from 'react-hook-form'
import type { BuildPack, CreateApplication } from '@craftastic/contract'
import { SelectField } from '@/components/SelectField'
import { TextField } from '@/components/TextField'
import type { ApplicationForm } from '@/lib/application-form'

const buildPacks: Record<BuildPack, string> = {
  nixpacks: 'Nixpacks, finds out how',
  railpack: 'Railpack, finds out how',
  static: 'Static files',
  dockerfile: 'Dockerfile',
  dockercompose: 'Docker Compose',
}
const packNames: readonly BuildPack[] = ['nixpacks', 'railpack', 'static', 'dockerfile', 'dockercompose']

const usualPort = '3000'
const usualStaticPort = '80'

/** How the application is built and where it listens. */
export function ApplicationBuildFields({
  form: { register, formState, setValue },
}: {
  form: UseFormReturn<ApplicationForm, unknown, CreateApplication>
}) {
  const { errors, dirtyFields } = formState
  const portIsOwn = dirtyFields.port === true
  return (
    <div className="grid gap-4 sm:grid-cols-[1fr_6rem_1fr]">
      <SelectField
        label="Build pack"
        problemLabel="The build pack"
        problem={errors.buildPack?.message}
        {...register('buildPack', {
          onChange: ({ target: { value } }: { target: { value: BuildPack } }) => {
            if (!portIsOwn) setValue('port', value === 'static' ? usualStaticPort : usualPort)
          },
        })}
      >
        {packNames.map((name) => (
          <option key={name} value={name}>
            {buildPacks[name]}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Port"
        problemLabel="The port"
        inputMode="numeric"
        autoComplete="off"
        problem={errors.port?.message}
        {...register('port')}
      />
      <TextField
        label="Directory"
        problemLabel="The directory"
        optional
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        placeholder="/"
        className="font-mono"
        problem={errors.baseDirectory?.message}
        {...register('baseDirectory')}
      />
    </div>
  )
}
