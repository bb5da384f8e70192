import { GitBranchIcon, SquareTerminalIcon } from 'lucide-react'
import { Link, useParams } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { DeploymentPanel } from '@/components/DeploymentPanel'
import { EnvironmentDetails } from '@/components/EnvironmentDetails'
import { EnvironmentLoadFailure } from '@/components/EnvironmentLoadFailure'
import { EnvironmentMenu } from '@/components/EnvironmentMenu'
import { EnvironmentNotice } from '@/components/EnvironmentNotice'
import { EnvironmentUsage } from '@/components/EnvironmentUsage'
import { IdleStop } from '@/components/IdleStop'
import { OperationFailure } from '@/components/OperationFailure'
import { OperationHistory } from '@/components/OperationHistory'
import { OperationProgress } from '@/components/OperationProgress'
import { PageBar } from '@/components/PageBar'
import { RecordingList } from '@/components/RecordingList'
import { RepositoryLink } from '@/components/RepositoryLink'
import { SessionList } from '@/components/SessionList'
import { Spinner } from '@/components/Spinner'
import { StatusWord } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { VerbButton } from '@/components/VerbButton'
import { gitPath } from '@/lib/git-place'
import { isSettled } from '@/lib/operation-progress'
import { explainEnvironment, presentEnvironment } from '@/lib/status'
import { useEnvironment } from '@/lib/use-environment'
import { useOpenTerminal } from '@/lib/use-terminals'

export function Component() {
  const { environmentId = '' } = useParams()
  const { data, error, isFetching, refetch } = useEnvironment(environmentId)

  if (data) return <EnvironmentView environment={data} />
  return (
    <>
      <PageBar>
        <h1 className="font-medium">{error ? 'Environment' : <Skeleton className="h-4 w-40" />}</h1>
      </PageBar>
      {error ? (
        <EnvironmentLoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
      ) : (
        <div aria-hidden="true" className="grid gap-6 p-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
          <Skeleton className="h-48" />
          <Skeleton className="h-64" />
        </div>
      )}
    </>
  )
}

function EnvironmentView({ environment }: { environment: Environment }) {
  const { tone, word } = presentEnvironment(environment)
  const running = environment.status === 'running'

  return (
    <>
      <title>{`${environment.name} · Craftastic`}</title>
      <PageBar>
        <h1 className="min-w-0 truncate font-medium" title={environment.name}>
          {environment.name}
        </h1>
        <StatusWord tone={tone} word={word} className="ml-2" />
        <div className="ml-auto flex shrink-0 items-center gap-1">
          <HeaderActions environment={environment} />
          <EnvironmentMenu environment={environment} />
        </div>
      </PageBar>
      <div className="relative min-h-0 flex-1 overflow-y-auto">
        <div className="grid max-w-7xl gap-5 p-4 md:p-6">
          <div className="grid gap-1">
            <RepositoryLink environment={environment} linked className="flex-wrap" />
            {needsWords(environment) && <p className="text-muted-foreground">{explainEnvironment(environment)}</p>}
          </div>
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
            <div className="flex min-w-0 flex-col gap-5">
              <EnvironmentNotice environment={environment} />
              <OperationPart environment={environment} />
              {(running || (environment.sessions?.length ?? 0) > 0) && <SessionList environment={environment} />}
              {environment.repositoryUrl !== null && <DeploymentPanel key={environment.id} environment={environment} />}
              {running && <RecordingList environment={environment} />}
              <OperationHistory environment={environment} />
            </div>
            <div className="flex min-w-0 flex-col gap-5">
              {running && <EnvironmentUsage environment={environment} />}
              <IdleStop environment={environment} />
              <EnvironmentDetails environment={environment} />
            </div>
          </div>
        </div>
      </div>
    </>
  )
}

/** What can be done first. Where a button goes, nothing comes that a second click would set off unmeant. */
function HeaderActions({ environment }: { environment: Environment }) {
  const { open, pending } = useOpenTerminal()
  if (environment.status === 'stopped') return <VerbButton environment={environment} verb="start" />
  if (environment.status !== 'running') return null
  return (
    <>
      <VerbButton environment={environment} verb="stop" variant="outline" className="max-sm:hidden" />
      <Button asChild size="sm" variant="outline">
        <Link to={gitPath(environment.id)}>
          <GitBranchIcon />
          <span className="max-sm:sr-only">Git</span>
        </Link>
      </Button>
      <Button size="sm" disabled={pending} onClick={() => open(environment)}>
        {pending ? <Spinner /> : <SquareTerminalIcon />}
        <span className="max-sm:sr-only">Open terminal</span>
      </Button>
    </>
  )
}

/** Where the server gives a reason, or nothing below says what is going on. */
function needsWords({ status, statusReason, operation }: Environment): boolean {
  if (status === 'running' || status === 'error') return false
  return statusReason !== null || !operation || isSettled(operation)
}

function OperationPart({ environment }: { environment: Environment }) {
  const { status, operation } = environment
  if (status === 'error') return <OperationFailure environment={environment} />
  if (!operation || isSettled(operation)) return null
  return <OperationProgress operation={operation} />
}
