import { useQuery } from '@tanstack/react-query'
import type { Session } from '@craftastic/contract'
import { sessionWorktreeQuery } from '@/api/sessions'
import { Spinner } from '@/components/Spinner'
import { keptWords } from '@/lib/session-worktree'

/** What becomes of a session's worktree when the session is deleted. The server looks once more before it does it. */
export function SessionWorktreeFate({ session, running }: { session: Session; running: boolean }) {
  const { data, isError } = useQuery({ ...sessionWorktreeQuery(session.id), enabled: running })
  return (
    <p role="status" className="rounded-md border bg-muted px-3 py-2 text-left text-sm break-words">
      {!running ? (
        'The environment does not run, so its worktree stays. A new session on the branch goes on with it.'
      ) : isError ? (
        'Its worktree could not be looked at. It stays if it holds work that would be lost.'
      ) : !data ? (
        <span className="flex items-center gap-2 text-muted-foreground">
          <Spinner />
          Looking for work in its worktree
        </span>
      ) : data.keptBecause ? (
        `Its worktree is kept. ${keptWords(data)}. A new session on the branch ${data.branch ?? session.branch} goes on with it.`
      ) : (
        'Its worktree goes with it: nothing in it is uncommitted or only here. Files that Git ignores are removed, too.'
      )}
    </p>
  )
}
