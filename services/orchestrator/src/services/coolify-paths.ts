/** Identifiers in paths of the API, and things that are not there. */
import { CoolifyUuid } from './coolify-answers.ts'
import { CoolifyError } from './coolify-error.ts'

/** One that Coolify could not have made would be a path of its own, such as `..`. @throws CoolifyError not_found */
export function requireUuid(uuid: string): string {
  if (CoolifyUuid.safeParse(uuid).success) return uuid
  throw new CoolifyError('not_found', 'Coolify has no such identifier')
}

/** Null for `not_found`; other errors stay. */
export async function nullWhenMissing<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof CoolifyError && error.code === 'not_found') return null
    throw error
  }
}
