import type { ReactNode } from 'react'
import type { Deployment } from '@craftastic/contract'
import { CopyButton } from '@/components/CopyButton'
import { DeploymentTime } from '@/components/DeploymentOutcome'
import { RelativeTime } from '@/components/RelativeTime'
import { deploymentTitle, shortCommit } from '@/lib/deployment-words'

/** What was deployed, from where, when, and how long it took. */
export function DeploymentFacts({ deployment }: { deployment: Deployment }) {
  const { createdAt, metadata } = deployment
  const { applicationName, branch, commit, force, changesBranch } = metadata
  return (
    <>
      <h2 className="text-base font-medium break-words">{deploymentTitle(deployment)}</h2>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
        {applicationName !== null && <Fact>{applicationName}</Fact>}
        {branch !== null && <Fact>{changesBranch ? `${branch}, which it builds from now on` : branch}</Fact>}
        {commit !== null && (
          <Fact>
            <span className="font-mono">{shortCommit(commit)}</span>
            <CopyButton text={commit} label="Copy the commit’s name" />
          </Fact>
        )}
        {force && <Fact>without cache</Fact>}
        <Fact>
          <RelativeTime at={createdAt} />
        </Fact>
        <Fact>
          <DeploymentTime deployment={deployment} />
        </Fact>
      </p>
    </>
  )
}

function Fact({ children }: { children: ReactNode }) {
  return <span className="inline-flex min-h-6 items-center tabular-nums">{children}</span>
}
