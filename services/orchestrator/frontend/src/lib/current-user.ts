import { useSuspenseQuery } from '@tanstack/react-query'
import type { User } from '@craftastic/contract'
import { meQuery } from '@/api/auth'

/** Who is signed in; only below the shell, whose loader has already asked. */
export function useCurrentUser(): User {
  return useSuspenseQuery(meQuery()).data
}
