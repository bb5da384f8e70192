import { useQuery } from '@tanstack/react-query'
import { deployKeyQuery } from '@/api/deploy-key'
import { describeError } from '@/api/errors'
import { DeployKeyText } from '@/components/DeployKeyText'
import type { KeyedEnvironment } from '@/components/DeployKeyDialog'
import { FormAlert } from '@/components/FormAlert'
import { Skeleton } from '@/components/ui/skeleton'

/** What to give to a host that does not know the environment yet. */
export function DeployKeyHelp({ environment }: { environment: KeyedEnvironment }) {
  const { data, error } = useQuery(deployKeyQuery(environment.id))
  if (data) {
    return (
      <div className="grid gap-2">
        <DeployKeyText deployKey={data} />
        <p className="text-xs text-muted-foreground">Allow write access there if you want to push from here.</p>
      </div>
    )
  }
  if (error) return <FormAlert>The deploy key could not be read. {describeError(error).title}.</FormAlert>
  return data === null ? null : <Skeleton className="h-20" />
}
