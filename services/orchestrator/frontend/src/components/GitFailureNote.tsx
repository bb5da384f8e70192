/** What did not work, in git's words, with what helps. */
import type { ReactNode } from 'react'
import { CircleAlertIcon, XIcon } from 'lucide-react'
import { Link } from 'react-router'
import { describeError, hasCode } from '@/api/errors'
import type { GitVerb } from '@/api/git-verbs'
import { DeployKeyButton } from '@/components/DeployKeyButton'
import { Button } from '@/components/ui/button'
import { useGit, type GitFailure } from '@/lib/git-context'
import { gitSettingsPath } from '@/lib/git-place'
import { sayDone } from '@/lib/git-toast'
import { useEnvironment } from '@/lib/use-environment'
import { useGitVerb } from '@/lib/use-git-verb'

export function GitFailureNote({ failure }: { failure: GitFailure }) {
  const { fail } = useGit()
  const described = describeError(failure.error)
  const title = hasCode(failure.error, 'git_refused') ? refusalWords(failure) : described.title
  const { detail } = described
  return (
    <div role="alert" className="grid shrink-0 gap-2 border-b bg-destructive-muted px-3 py-2.5 text-sm">
      <div className="flex items-start gap-2">
        <CircleAlertIcon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-destructive-text" />
        <p className="min-w-0 flex-1 font-medium break-words">{title}</p>
        <Button variant="ghost" size="icon-xs" onClick={() => fail(null)}>
          <XIcon className="size-3.5" />
          <span className="sr-only">Dismiss</span>
        </Button>
      </div>
      {detail && (
        <pre className="max-h-40 overflow-auto pl-6 font-mono text-xs break-words whitespace-pre-wrap">{detail}</pre>
      )}
      <FailureAction failure={failure} />
    </div>
  )
}

const refusals: Record<GitVerb, string> = {
  commit: 'Git refused the commit',
  push: 'The push was refused',
  pull: 'Git refused to pull',
  fetch: 'Git refused to fetch',
  stage: 'Git refused to stage this',
  unstage: 'Git refused to unstage this',
  discard: 'Git refused to discard this',
  'discards/restore': 'This cannot be brought back as things are',
  checkout: 'Git refused to switch',
  operation: 'Git cannot go on yet',
  stash: 'Git refused to stash this',
  'stash/use': 'The stash cannot be brought back as things are',
}

function refusalWords({ verb, switchTo }: GitFailure): string {
  return switchTo ? `${refusals[verb]} to ${switchTo.branch}` : refusals[verb]
}

function FailureAction({ failure: { verb, error, switchTo } }: { failure: GitFailure }) {
  const { status } = useGit()
  const { run: pull } = useGitVerb('pull')
  const { run: stash } = useGitVerb('stash')
  const { run: checkout } = useGitVerb('checkout')

  if (verb === 'push' && hasCode(error, 'non_fast_forward')) {
    return (
      <Actions>
        <Button size="xs" onClick={() => void pull({})}>
          Pull first
        </Button>
        <Button size="xs" variant="outline" onClick={() => void pull({ rebase: true })}>
          Pull and rebase
        </Button>
      </Actions>
    )
  }
  if (verb === 'pull' && hasCode(error, 'non_fast_forward')) {
    return (
      <Actions>
        <Button size="xs" onClick={() => void pull({ rebase: true })}>
          Pull and rebase
        </Button>
      </Actions>
    )
  }
  if (hasCode(error, 'git_credentials_required')) {
    return (
      <Actions>
        <Button asChild size="xs">
          <Link to={gitSettingsPath}>Add a token</Link>
        </Button>
      </Actions>
    )
  }
  if (hasCode(error, 'deploy_key_required')) {
    return (
      <Actions>
        <ShowDeployKey />
      </Actions>
    )
  }
  if (switchTo && hasCode(error, 'git_refused', 'git_conflict') && status.files.length > 0) {
    const stashAndSwitch = async () => {
      if (!(await stash({ message: `Before ${switchTo.branch}` }))) return
      if (await checkout(switchTo)) {
        sayDone(`Switched to ${switchTo.branch}`, 'Your changes are under Stashes.')
      }
    }
    return (
      <Actions>
        <Button size="xs" onClick={() => void stashAndSwitch()}>
          Stash and switch
        </Button>
        <span className="text-xs text-muted-foreground">Or commit your changes first.</span>
      </Actions>
    )
  }
  return null
}

function ShowDeployKey() {
  const {
    tree: { environmentId },
  } = useGit()
  const { data } = useEnvironment(environmentId)
  const environment = { id: environmentId, repositoryUrl: data?.repositoryUrl ?? null }
  return <DeployKeyButton environment={environment} label="Show the deploy key" />
}

function Actions({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-2 pl-6">{children}</div>
}
