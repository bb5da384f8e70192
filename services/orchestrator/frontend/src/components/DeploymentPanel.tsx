/** Coolify for one environment: what runs there, the way to deploy, and what was deployed. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Environment } from '@craftastic/contract'
import { applicationsQuery, connectionQuery } from '@/api/applications'
import { ApplicationLine } from '@/components/ApplicationLine'
import { CreateApplicationDialog } from '@/components/CreateApplicationDialog'
import { DeployBar } from '@/components/DeployBar'
import { DeployFailureNote } from '@/components/DeployFailureNote'
import { DeploymentConnectionNote } from '@/components/DeploymentConnectionNote'
import { DeploymentHistory } from '@/components/DeploymentHistory'
import { DeploymentMenu } from '@/components/DeploymentMenu'
import { DeploymentSetup } from '@/components/DeploymentSetup'
import { DeployProvider } from '@/components/DeployProvider'
import { NoApplication } from '@/components/NoApplication'
import { ReadFailure } from '@/components/ReadFailure'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'
import { useChosenApplication } from '@/lib/use-deploy-target'

const nothing = () => undefined

export function DeploymentPanel({ environment }: { environment: Environment }) {
  const { data: connection, error, isFetching, refetch } = useQuery(connectionQuery())
  return (
    <Card id="deployments" aria-label="Deployments" className="overflow-hidden">
      <DeployProvider environment={environment} onBegun={nothing}>
        {connection?.state === 'connected' ? (
          <Connected environment={environment} />
        ) : (
          <>
            <CardHeader>
              <CardTitle>Deployments</CardTitle>
            </CardHeader>
            {!connection && !error && <PanelSkeleton />}
            {!connection && error && <ReadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
            {connection?.state === 'not_configured' && <DeploymentSetup />}
            {connection && connection.state !== 'not_configured' && (
              <DeploymentConnectionNote connection={connection} retrying={isFetching} onRetry={() => void refetch()} />
            )}
          </>
        )}
        <DeploymentHistory environment={environment} quiet={connection?.state !== 'connected'} />
      </DeployProvider>
    </Card>
  )
}

function Connected({ environment }: { environment: Environment }) {
  const { data: applications = [], error, isPending, isFetching, refetch } = useQuery(applicationsQuery(environment.id))
  const { application, choose } = useChosenApplication(environment.id, applications)
  const [creating, setCreating] = useState(false)
  return (
    <>
      <CardHeader className="pr-2">
        <CardTitle>Deployments</CardTitle>
        <DeploymentMenu environment={environment} application={application} onCreate={() => setCreating(true)} />
      </CardHeader>
      {isPending && <PanelSkeleton />}
      {error && <ReadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
      {!isPending && !error && !application && <NoApplication onCreate={() => setCreating(true)} />}
      {application && (
        <>
          <ApplicationLine applications={applications} application={application} onChoose={choose} />
          <DeployBar key={application.id} environment={environment} application={application} />
          <DeployFailureNote />
        </>
      )}
      <CreateApplicationDialog
        environment={environment}
        open={creating}
        onOpenChange={setCreating}
        onCreated={({ id }) => choose(id)}
      />
    </>
  )
}

function PanelSkeleton() {
  return (
    <div aria-hidden="true" className="grid gap-3 p-4">
      <Skeleton className="h-5 w-2/5" />
      <Skeleton className="h-8 w-full" />
    </div>
  )
}
