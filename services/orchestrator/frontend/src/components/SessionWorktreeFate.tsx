import { useQuery } from '@tanstack/react-query'
import type { Session, SessionWorktree } from '@craftastic/contract'
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
        keptFate(data)
      ) : (
        'Its worktree goes with it: nothing in it is uncommitted or only here. Files that Git ignores are removed, too.'
      )}
    </p>
  )
}

/** A new session finds it by its branch; on none, as amid a rebase, it is left to a terminal. */
function keptFate(worktree: SessionWorktree): string {
  const kept = `Its worktree is kept. ${keptWords(worktree)}.`
  return worktree.branch === null ? kept : `${kept} A new session on the branch ${worktree.branch} goes on with it.`
}
