import { useQuery, useQueryClient } from '@tanstack/react-query'
import { environmentQuery, environmentsQuery } from '@/api/environments'
import { useCurrentUser } from '@/lib/current-user'

/** One environment; what the list already knows of it stands until its own answer is there. */
export function useEnvironment(environmentId: string) {
  const client = useQueryClient()
  const user = useCurrentUser()
  return useQuery({
    ...environmentQuery(environmentId),
    placeholderData: () =>
      client.getQueryData(environmentsQuery(user.id).queryKey)?.find(({ id }) => id === environmentId),
  })
}
