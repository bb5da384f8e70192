import { useQuery } from '@tanstack/react-query'
import { CheckIcon, CopyIcon, DownloadIcon, MaximizeIcon } from 'lucide-react'
import { Link } from 'react-router'
import { isDeploymentEnded, type Deployment } from '@craftastic/contract'
import { deploymentLogQuery, type ReadLog } from '@/api/deployment-log'
import { describeError } from '@/api/errors'
import { DeploymentLines } from '@/components/DeploymentLines'
import { DeploymentLogHidden } from '@/components/DeploymentLogHidden'
import { Hint } from '@/components/Hint'
import { Spinner } from '@/components/Spinner'
import { StatusDot } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import { deploymentPath } from '@/lib/deployment-place'
import { emptyLogWords } from '@/lib/deployment-words'
import { saveFile } from '@/lib/save-file'
import { useCopy } from '@/lib/use-copy'
import { cn } from '@/lib/utils'

/** What the build of a deployment writes, as it writes it. `whole`: it has the page for itself. */
export function DeploymentLog({ deployment, whole = false }: { deployment: Deployment; whole?: boolean }) {
  const { data: log, error, isFetching, refetch } = useQuery(deploymentLogQuery(deployment.id))
  const withheld = log !== undefined && log.lines.length === 0 && !log.logsReadable
  const label = 'Log of the deployment'

  return (
    <div
      className={cn(
        'flex min-w-0 flex-col overflow-hidden border',
        whole
          ? 'min-h-0 max-md:flex-1 max-md:border-x-0 max-md:border-b-0 md:mx-6 md:mb-6 md:rounded-md'
          : 'rounded-md',
      )}
    >
      <div className="flex h-9 shrink-0 items-center gap-1 border-b bg-terminal-bar pr-1 pl-3 text-xs">
        <LogState log={log} deployment={deployment} />
        {log && log.lines.length > 0 && <LogActions deployment={deployment} log={log} />}
        {!whole && (
          <Hint text="Open the log on a page of its own">
            <Button asChild variant="ghost" size="icon-xs" className="size-7">
              <Link to={deploymentPath(deployment)} aria-label="Open the log on a page of its own">
                <MaximizeIcon className="size-3.5" />
              </Link>
            </Button>
          </Hint>
        )}
      </div>
      {log && log.lines.length > 0 ? (
        <DeploymentLines lines={log.lines} label={label} className={whole ? 'flex-1' : 'max-h-80'} />
      ) : withheld ? (
        <DeploymentLogHidden url={deployment.metadata.url} />
      ) : (
        <div className="flex flex-wrap items-center gap-3 px-3 py-3 text-muted-foreground">
          {error ? (
            <>
              <p role="alert" className="min-w-0 flex-1">
                {describeError(error).title}.
              </p>
              <Button variant="outline" size="xs" disabled={isFetching} onClick={() => void refetch()}>
                {isFetching && <Spinner className="size-3.5" />}
                Try again
              </Button>
            </>
          ) : (
            <p>{log ? emptyLogWords(deployment, log.complete) : 'Reading the log'}</p>
          )}
        </div>
      )}
      {log?.truncated && (
        <p className="border-t px-3 py-2 text-xs text-muted-foreground">
          The log is longer than is kept here. Coolify has the rest.
        </p>
      )}
    </div>
  )
}

/** How many lines there are, and whether more will come. */
function LogState({ log, deployment }: { log: ReadLog | undefined; deployment: Deployment }) {
  const count = log?.lines.length ?? 0
  const ended = isDeploymentEnded(deployment.status)
  return (
    <p className="mr-auto flex min-w-0 items-center gap-2 truncate text-muted-foreground">
      <span className="font-medium text-foreground">Log</span>
      {count > 0 && (
        <span className="tabular-nums">
          {count.toLocaleString('en')} {count === 1 ? 'line' : 'lines'}
        </span>
      )}
      {log && !log.complete && log.logsReadable && (
        <span className="flex items-center gap-1.5">
          <StatusDot tone="busy" />
          {ended ? 'last lines follow' : 'live'}
        </span>
      )}
    </p>
  )
}

function LogActions({ deployment, log }: { deployment: Deployment; log: ReadLog }) {
  const [copied, copy] = useCopy()
  const text = () => log.lines.map((line) => `${line.text}\n`).join('')
  const download = () =>
    saveFile(`deployment-${deployment.id.slice(0, 8)}.log`, new Blob([text()], { type: 'text/plain' }))
  return (
    <>
      <Hint text="Copy the log">
        <Button variant="ghost" size="icon-xs" className="size-7" onClick={() => void copy(text())}>
          {copied ? <CheckIcon className="size-3.5" /> : <CopyIcon className="size-3.5" />}
          <span className="sr-only">Copy the log</span>
          <span role="status" className="sr-only">
            {copied ? 'Copied' : ''}
          </span>
        </Button>
      </Hint>
      <Hint text="Download the log">
        <Button variant="ghost" size="icon-xs" className="size-7" onClick={download}>
          <DownloadIcon className="size-3.5" />
          <span className="sr-only">Download the log</span>
        </Button>
      </Hint>
    </>
  )
}
