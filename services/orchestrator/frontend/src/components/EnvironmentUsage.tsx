import { useQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { environmentStatsQuery } from '@/api/environments'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { Progress } from '@/components/ui/progress'
import { Skeleton } from '@/components/ui/skeleton'
import { formatBytes } from '@/lib/bytes'

/** What the container uses right now. Mounted only while it runs, and asked only while the page is seen. */
export function EnvironmentUsage({ environment }: { environment: Environment }) {
  const { data: stats, error } = useQuery(environmentStatsQuery(environment.id))
  const cpuShare = stats ? stats.cpuPercent / (environment.cpuLimit * 100) : 0
  const memoryShare = stats ? stats.memoryBytes / Math.max(1, stats.memoryLimitBytes) : 0

  return (
    <Card aria-label="Usage">
      <CardHeader>
        <CardTitle>Usage</CardTitle>
      </CardHeader>
      {error && !stats && <p className="px-4 py-3 text-muted-foreground">Not available right now.</p>}
      {!error && !stats && (
        <div className="grid gap-4 p-4">
          <Skeleton className="h-7" />
          <Skeleton className="h-7" />
          <Skeleton className="h-4 w-2/3" />
        </div>
      )}
      {stats && (
        <div className="grid gap-3 px-4 py-3">
          <Meter
            name="CPU"
            share={cpuShare}
            text={`${Math.round(Math.min(1, cpuShare) * 100)} % of ${environment.cpuLimit} ${environment.cpuLimit === 1 ? 'core' : 'cores'}`}
          />
          <Meter
            name="Memory"
            share={memoryShare}
            text={`${formatBytes(stats.memoryBytes)} of ${formatBytes(stats.memoryLimitBytes)}`}
          />
          <Figure name="Processes" text={String(stats.pids)} />
          {stats.diskBytes !== null && <Figure name="Workspace" text={formatBytes(stats.diskBytes)} />}
        </div>
      )}
    </Card>
  )
}

function Figure({ name, text }: { name: string; text: string }) {
  return (
    <div className="flex justify-between gap-4">
      <span className="text-muted-foreground">{name}</span>
      <span className="tabular-nums">{text}</span>
    </div>
  )
}

function Meter({ name, share, text }: { name: string; share: number; text: string }) {
  const percent = Math.min(100, Math.max(0, share * 100))
  return (
    <div className="grid gap-1.5">
      <Figure name={name} text={text} />
      <Progress value={percent} aria-label={name} getValueLabel={() => text} />
    </div>
  )
}
