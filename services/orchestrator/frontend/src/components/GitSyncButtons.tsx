/** To and from the remote, with how far apart the two are. */
import { useState } from 'react'
import {
  ArchiveIcon,
  ArrowDownIcon,
  ArrowUpIcon,
  EllipsisIcon,
  GitPullRequestArrowIcon,
  RefreshCwIcon,
  TriangleAlertIcon,
} from 'lucide-react'
import { ForcePushDialog } from '@/components/ForcePushDialog'
import { Hint } from '@/components/Hint'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from '@/components/ui/dropdown-menu'
import { useGit } from '@/lib/git-context'
import { sayDone } from '@/lib/git-toast'
import { useAfterMenu } from '@/lib/use-after-menu'
import { useGitBusy, useGitVerb } from '@/lib/use-git-verb'

export function GitSyncButtons() {
  const { status } = useGit()
  const afterMenu = useAfterMenu()
  const [forcing, setForcing] = useState(false)
  const { run: push, pending: pushing } = useGitVerb('push')
  const { run: pull, pending: pulling } = useGitVerb('pull')
  const { run: fetch, pending: fetching } = useGitVerb('fetch')
  const { run: stash } = useGitVerb('stash')
  const busy = useGitBusy('push', 'pull', 'fetch', 'checkout')
  const { ahead, behind, upstream, detached, commit } = status
  const pushable = !detached && commit !== null
  const pushWord = upstream === null && pushable ? 'Publish' : 'Push'

  const pushNow = async (force: boolean) => {
    if (await push({ force })) sayDone(upstream === null ? `Published ${status.branch}` : `Pushed ${status.branch}`)
  }
  const pullNow = async (rebase: boolean) => {
    const done = await pull({ rebase })
    if (done) sayDone(`Pulled ${status.branch}`, lastLine(done.output))
  }
  const fetchNow = async () => {
    if (await fetch({})) sayDone('Fetched')
  }
  const stashNow = async () => {
    if (await stash({})) sayDone('The changes are stashed')
  }

  return (
    <div className="flex shrink-0 items-center gap-1">
      <Hint text={named('Pull', behind)}>
        <Button
          variant="ghost"
          size="xs"
          aria-label={named('Pull', behind)}
          disabled={busy || detached}
          onClick={() => void pullNow(false)}
        >
          {pulling ? <Spinner className="size-3.5" /> : <ArrowDownIcon />}
          <span className="@max-[26rem]:sr-only">Pull</span>
          {behind > 0 && <span className="tabular-nums">{behind}</span>}
        </Button>
      </Hint>
      <Hint text={upstream === null ? 'Push, and make the branch on the remote' : named('Push', ahead)}>
        <Button
          variant={pushable && (ahead > 0 || upstream === null) ? 'outline' : 'ghost'}
          size="xs"
          aria-label={named(pushWord, ahead)}
          disabled={busy || !pushable}
          onClick={() => void pushNow(false)}
        >
          {pushing ? <Spinner className="size-3.5" /> : <ArrowUpIcon />}
          <span className="@max-[26rem]:sr-only">{pushWord}</span>
          {ahead > 0 && <span className="tabular-nums">{ahead}</span>}
        </Button>
      </Hint>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon-xs" className="size-7">
            {fetching ? <Spinner className="size-3.5" /> : <EllipsisIcon className="size-4" />}
            <span className="sr-only">More of Git</span>
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" className="w-56" onCloseAutoFocus={afterMenu.onCloseAutoFocus}>
          <DropdownMenuItem disabled={busy} onSelect={() => void fetchNow()}>
            <RefreshCwIcon />
            Fetch
          </DropdownMenuItem>
          <DropdownMenuItem disabled={busy || detached} onSelect={() => void pullNow(true)}>
            <GitPullRequestArrowIcon />
            Pull and rebase
          </DropdownMenuItem>
          <DropdownMenuItem disabled={status.files.length === 0 || commit === null} onSelect={() => void stashNow()}>
            <ArchiveIcon />
            Stash all changes
          </DropdownMenuItem>
          <DropdownMenuSeparator />
          <DropdownMenuItem
            variant="destructive"
            disabled={busy || !pushable || upstream === null}
            onSelect={afterMenu.then(() => setForcing(true))}
          >
            <TriangleAlertIcon />
            Force push…
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ForcePushDialog open={forcing} onOpenChange={setForcing} onPush={() => void pushNow(true)} />
    </div>
  )
}

/** Such as `Push 2 commits`. */
const named = (verb: string, commits: number) =>
  commits === 0 ? verb : `${verb} ${commits} ${commits === 1 ? 'commit' : 'commits'}`

const lastLine = (output: string) => output.trim().split('\n').at(-1)
