/**
 * The create form's values as people type them, and how they become the contract's CreateEnvironment. Each field is
 * judged by the contract's own schema; this file only turns an empty field into "not given".
 */
import { BranchName, EnvironmentName, RepositoryUrl, type CreateEnvironment } from '@craftastic/contract'
import { z } from 'zod'
import { fragment } from './field-message'

export type EnvironmentForm = z.input<typeof EnvironmentFormSchema>

export const EnvironmentFormSchema = z
  .object({
    source: z.enum(['repository', 'nothing']),
    repositoryUrl: z.string(),
    branch: z.string(),
    name: z.string(),
  })
  .transform((form, context): CreateEnvironment => {
    const judge = (field: keyof typeof form, schema: z.ZodType<string>, value: string) => {
      const parsed = schema.safeParse(value, { error: fragment })
      if (parsed.success) return parsed.data
      context.addIssue({ code: 'custom', path: [field], message: parsed.error.issues[0]?.message ?? 'is not accepted' })
      return value
    }
    const name = judge('name', EnvironmentName, form.name)
    if (form.source === 'nothing') return { name }

    const url = form.repositoryUrl.trim()
    if (url === '') context.addIssue({ code: 'custom', path: ['repositoryUrl'], message: 'is missing' })
    const repositoryUrl = url === '' ? url : judge('repositoryUrl', RepositoryUrl, url)
    const branch = form.branch.trim()
    return branch === ''
      ? { name, repositoryUrl }
      : { name, repositoryUrl, branch: judge('branch', BranchName, branch) }
  })
