/**
 * What a Git repository and a branch look like from outside. These are the rules of form; which hosts are allowed is
 * the server's configuration. A URL that passes is used only in its re-serialised form.
 */
import { z } from 'zod'

const pathPattern = /^(\/[A-Za-z0-9_.~][A-Za-z0-9._~-]*){1,10}\/?$/

/** Reads a repository URL strictly. Answers the parsed URL, or in words why it is refused. */
export function parseRepositoryUrl(value: string): { url: URL } | { refused: string } {
  if (value.length > 2048) return { refused: 'is longer than 2048 characters' }
  if (/[\u0000-\u0020\u007f\\%]/.test(value)) {
    return { refused: 'contains white space, a control character, a backslash or a percent sign' }
  }
  if (!/^https?:\/\//.test(value)) return { refused: 'must start with https://' }
  if (!URL.canParse(value)) return { refused: 'is not a URL' }
  const url = new URL(value)
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/]*@/i.test(value)) {
    return { refused: 'must not carry a user name, password or token' }
  }
  if (url.search !== '' || url.hash !== '' || value.includes('?') || value.includes('#')) {
    return { refused: 'must not carry a query or a fragment' }
  }
  if (url.pathname.split('/').some((part) => part === '.' || part === '..') || /\/\.\.?(\/|$)/.test(value)) {
    return { refused: 'must not contain "." or ".." as a part of its path' }
  }
  if (!pathPattern.test(url.pathname)) return { refused: 'has a path that is not that of a repository' }
  return { url }
}

/** An `http(s)` URL of a repository, without credentials. */
export const RepositoryUrl = z
  .string()
  .max(2048)
  .superRefine((value, context) => {
    const parsed = parseRepositoryUrl(value)
    if ('refused' in parsed) context.addIssue({ code: 'custom', message: parsed.refused, input: value })
  })

/** Whether `value` is a branch name that git and a command line both read as nothing else. */
export const BranchName = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9._/@+#=-]*$/, 'is not a branch name')
  .refine(
    (name) => !/\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/.test(name) && name !== '@',
    'is not a branch name that git accepts',
  )
