import type { ReactNode } from 'react'
import type { Environment } from '@craftastic/contract'
import { CopyButton } from '@/components/CopyButton'
import { DeployKeyButton } from '@/components/DeployKeyButton'
import { RelativeTime } from '@/components/RelativeTime'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { formatBytes } from '@/lib/bytes'

/** Facts that seldom change. */
export function EnvironmentDetails({ environment }: { environment: Environment }) {
  const { status, image, containerId, cpuLimit, memoryBytes, diskBytes, createdAt, lastActivityAt, id } = environment
  return (
    <Card aria-label="Details">
      <CardHeader>
        <CardTitle>Details</CardTitle>
      </CardHeader>
      <dl className="grid px-4 py-2 text-sm">
        <Fact name="Image">
          <span className="truncate font-mono text-xs" title={image}>
            {image}
          </span>
        </Fact>
        <Fact name="Limits">
          {cpuLimit} {cpuLimit === 1 ? 'core' : 'cores'}, {formatBytes(memoryBytes)}
        </Fact>
        {/* While it runs the usage tells it, measured later. */}
        {status !== 'running' && diskBytes !== null && <Fact name="Workspace">{formatBytes(diskBytes)}</Fact>}
        {containerId && (
          <Fact name="Container">
            <span className="font-mono text-xs">{containerId.slice(0, 12)}</span>
            <CopyButton text={containerId} label="Copy the container id" />
          </Fact>
        )}
        <Fact name="Id">
          <span className="font-mono text-xs">{id.slice(0, 8)}</span>
          <CopyButton text={id} label="Copy the environment id" />
        </Fact>
        <Fact name="Deploy key">
          <DeployKeyButton environment={environment} label="Show" variant="outline" />
        </Fact>
        <Fact name="Created">
          <RelativeTime at={createdAt} />
        </Fact>
        {lastActivityAt && (
          <Fact name="Last used">
            <RelativeTime at={lastActivityAt} />
          </Fact>
        )}
      </dl>
    </Card>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-h-8 items-center justify-between gap-4">
      <dt className="shrink-0 text-muted-foreground">{name}</dt>
      <dd className="flex min-w-0 items-center gap-1">{children}</dd>
    </div>
  )
}
