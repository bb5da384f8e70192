/** The form for a token: what people paste is brought into the contract's form first. */
import { GitHost, GitToken, SaveGitCredential } from '@craftastic/contract'
import { z } from 'zod'
import { fragment } from './field-message'

/** The host of what was pasted, be it an address of the host or of a repository. */
export function hostOf(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^[^/@]*@/, '')
    .replace(/\/.*$/s, '')
}

const checked = <T>(clean: (text: string) => string, schema: z.ZodType<T>) =>
  z.string().transform((text, context): T => {
    const cleaned = clean(text)
    const parsed = schema.safeParse(cleaned, { error: fragment })
    if (parsed.success) return parsed.data
    const message = cleaned === '' ? 'is missing' : parsed.error.issues[0]?.message
    context.addIssue({ code: 'custom', message: message ?? 'is not accepted' })
    return z.NEVER
  })

const trim = (text: string) => text.trim()
/** A field that was left empty is no user name. */
const Username = z.preprocess((text) => (text === '' ? undefined : text), SaveGitCredential.shape.username)

export const CredentialForm = z.object({
  host: checked(hostOf, GitHost),
  token: checked(trim, GitToken),
  username: checked(trim, Username),
})
