/**
 * The form of a new application as people fill it in. The contract's own schema judges it as a whole; this file only turns
 * fields into its shape, and says which field a complaint is about.
 */
import { BuildPack, CreateApplication } from '@craftastic/contract'
import type { Path } from 'react-hook-form'
import { z } from 'zod'
import { ApiError } from '@/api/errors'
import { fragment } from './field-message'

const Form = z.object({
  name: z.string(),
  branch: z.string(),
  source: z.enum(['public', 'github_app', 'deploy_key']),
  githubAppId: z.string(),
  privateKeyId: z.string(),
  serverId: z.string(),
  destinationId: z.string(),
  projectId: z.string(),
  projectEnvironmentId: z.string(),
  buildPack: BuildPack,
  port: z.string(),
  baseDirectory: z.string(),
})
export type ApplicationForm = z.infer<typeof Form>
export type ApplicationField = Path<ApplicationForm>

const filled = (text: string) => (text.trim() === '' ? undefined : text.trim())

function toSource({ source, githubAppId, privateKeyId }: ApplicationForm) {
  if (source === 'github_app') return { kind: source, githubAppId: filled(githubAppId) }
  return source === 'deploy_key' ? { kind: source, privateKeyId: filled(privateKeyId) } : { kind: source }
}

const applicationFields = Object.keys(Form.shape)
const isField = (name: unknown): name is ApplicationField => applicationFields.some((field) => field === name)

export const applicationFormSchema = (environmentId: string) =>
  Form.transform((form, context): CreateApplication => {
    const { buildPack, port } = form
    const asked = CreateApplication.safeParse(
      {
        environmentId,
        name: filled(form.name),
        branch: filled(form.branch),
        source: toSource(form),
        serverId: filled(form.serverId),
        destinationId: filled(form.destinationId),
        projectId: filled(form.projectId),
        projectEnvironmentId: filled(form.projectEnvironmentId),
        buildPack,
        port: Number(port),
        baseDirectory: filled(form.baseDirectory),
      },
      { error: fragment },
    )
    if (asked.success) return asked.data
    for (const { path, message } of asked.error.issues) {
      const field = path.findLast(isField)
      const words = field === 'port' ? 'must be from 1 to 65,535' : message
      context.addIssue({ code: 'custom', path: field === undefined ? [] : [field], message: words })
    }
    return z.NEVER
  })

/** Coolify's names of what it refuses, by ours. */
const coolifyFields: Record<string, ApplicationField> = {
  git_repository: 'source',
  git_branch: 'branch',
  github_app_uuid: 'githubAppId',
  private_key_uuid: 'privateKeyId',
  server_uuid: 'serverId',
  destination_uuid: 'destinationId',
  project_uuid: 'projectId',
  environment_uuid: 'projectEnvironmentId',
  environment_name: 'projectEnvironmentId',
  build_pack: 'buildPack',
  ports_exposes: 'port',
  base_directory: 'baseDirectory',
}

/** What the server or Coolify refused, by field; `rest` is what has no field here. */
export function readRefusedFields(error: unknown): {
  placed: { field: ApplicationField; message: string }[]
  rest: string[]
} {
  const placed: { field: ApplicationField; message: string }[] = []
  const rest: string[] = []
  for (const { pointer, detail } of error instanceof ApiError ? error.fields : []) {
    const name = pointer.split('/').at(-1) ?? ''
    const field = isField(name) ? name : coolifyFields[name]
    if (field) placed.push({ field, message: detail })
    else rest.push(name === '' ? detail : `${name}: ${detail}`)
  }
  return { placed, rest }
}
