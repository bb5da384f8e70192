/** The new-session form: every field may stay empty, what is there is judged by the contract. */
import { GitBranchName, SessionName, WorkingDirectory } from '@craftastic/contract'
import { z } from 'zod'
import { fragment } from './field-message'

export type SessionForm = z.input<typeof SessionFormSchema>

const blank = z.string().trim().length(0)

const orNothing = (schema: z.ZodType<string>) =>
  z.string().transform((text, context) => {
    if (blank.safeParse(text).success) return undefined
    const parsed = schema.safeParse(text.trim(), { error: fragment })
    if (parsed.success) return parsed.data
    context.addIssue({ code: 'custom', message: parsed.error.issues[0]?.message ?? 'is not accepted' })
    return z.NEVER
  })

export const SessionFormSchema = z.object({
  name: orNothing(SessionName),
  workingDirectory: orNothing(WorkingDirectory),
  branch: orNothing(GitBranchName),
})
