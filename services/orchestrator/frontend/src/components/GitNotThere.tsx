/** In the place of the panel while there is no repository to show: why, and what to do. */
import { GitBranchIcon } from 'lucide-react'
import { defaultWorkingDirectory, type Environment, type GitStatus } from '@craftastic/contract'
import { hasCode } from '@/api/errors'
import { CopyButton } from '@/components/CopyButton'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { VerbButton } from '@/components/VerbButton'
import { Skeleton } from '@/components/ui/skeleton'
import { offeredVerbs } from '@/lib/environment-verbs'
import { explainEnvironment } from '@/lib/status'

export function GitNotThere(props: {
  environment: Environment
  /** A worktree is shown, and not the workspace. */
  ofSession: boolean
  status: GitStatus | undefined
  error: unknown
  fetching: boolean
  onRetry: () => void
}) {
  const { environment, status, error } = props
  if (environment.status !== 'running') return <NotRunning environment={environment} />
  if (status?.repository === false || hasCode(error, 'no_repository')) {
    return props.ofSession ? <NoWorktree /> : <NoRepository />
  }
  if (error) return <LoadFailure error={error} retrying={props.fetching} onRetry={props.onRetry} />
  return (
    <div aria-label="The repository is being read" role="status" className="grid gap-3 p-4">
      <Skeleton className="h-6 w-2/5" />
      <Skeleton className="mt-3 h-4 w-3/5" />
      <Skeleton className="h-4 w-4/5" />
      <Skeleton className="h-4 w-1/2" />
    </div>
  )
}

function NotRunning({ environment }: { environment: Environment }) {
  const [verb] = offeredVerbs(environment)
  return (
    <Notice
      icon={<GitBranchIcon />}
      title="The environment does not run"
      action={verb && <VerbButton environment={environment} verb={verb} />}
    >
      {explainEnvironment(environment)} Git works on the files inside it.
    </Notice>
  )
}

function NoWorktree() {
  return (
    <Notice icon={<GitBranchIcon />} title="The worktree of this session is gone">
      It was removed, or git does not know it any more. When the session ends and starts again, the worktree is made
      again from its branch.
    </Notice>
  )
}

const ways = [
  { does: 'Begin one here', command: `git -C ${defaultWorkingDirectory} init` },
  { does: 'Or clone one', command: `git clone https://… ${defaultWorkingDirectory}` },
]

function NoRepository() {
  return (
    <Notice icon={<GitBranchIcon />} title="No repository in the workspace">
      <p>In a terminal:</p>
      <dl className="mt-3 grid gap-2 text-left">
        {ways.map(({ does, command }) => (
          <div key={command}>
            <dt className="text-xs">{does}</dt>
            <dd className="flex items-center gap-1 rounded-md border bg-muted py-1 pr-1 pl-2.5 font-mono text-xs text-foreground">
              <span className="min-w-0 flex-1 truncate">{command}</span>
              <CopyButton text={command} label={`Copy ${command}`} />
            </dd>
          </div>
        ))}
      </dl>
    </Notice>
  )
}
