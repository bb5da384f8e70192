import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { ArchiveIcon } from 'lucide-react'
import { keptWorkDays, type KeptWork } from '@craftastic/contract'
import { keptWorkQuery } from '@/api/kept-work'
import { KeptWorkRow } from '@/components/KeptWorkRow'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { RestoreWorkDialog } from '@/components/RestoreWorkDialog'
import { Card } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'

/** What was only in environments that were deleted. */
export function Component() {
  const { data, error, isFetching, refetch } = useQuery(keptWorkQuery())
  const [restoring, setRestoring] = useState<KeptWork | null>(null)

  return (
    <>
      <title>Kept work · Craftastic</title>
      <PageBar>
        <h1 className="font-medium">Kept work</h1>
      </PageBar>
      <div className="relative min-h-0 flex-1 overflow-y-auto">
        <div className="grid max-w-3xl gap-5 p-4 md:p-6">
          <p className="text-pretty text-muted-foreground">
            When an environment is deleted, what is only in it is kept for {keptWorkDays} days: commits that were not
            pushed, stashes, and files that were not committed. Files that git ignores are not kept.
          </p>
          {error && !data ? (
            <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
          ) : (
            <Card aria-label="Kept work" className="overflow-hidden">
              {!data && (
                <div aria-hidden="true" className="grid gap-3 p-4">
                  <Skeleton className="h-5 w-2/5" />
                  <Skeleton className="h-5 w-1/3" />
                </div>
              )}
              {data?.length === 0 && (
                <Notice icon={<ArchiveIcon />} title="Nothing is kept" className="py-10">
                  Whatever you delete with work that is nowhere else appears here.
                </Notice>
              )}
              <ul className="divide-y">
                {data?.map((work) => (
                  <KeptWorkRow key={work.id} work={work} onRestore={() => setRestoring(work)} />
                ))}
              </ul>
            </Card>
          )}
        </div>
      </div>
      <RestoreWorkDialog work={restoring} onClose={() => setRestoring(null)} />
    </>
  )
}
