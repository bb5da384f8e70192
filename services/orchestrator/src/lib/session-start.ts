/** Starts the shell of a session, in its directory; a worktree that is gone is made again first. */
import type { SshConnection } from '../services/ssh.ts'
import { createTmuxSession, hasTmuxSession } from '../services/tmux.ts'
import type { SessionRow } from './present.ts'
import { bringBackWorktree, inWorktreeTurn, readOwnWorktree } from './session-worktrees.ts'

/** One that runs is success. `notice` is shown above the first prompt. */
export async function startSession(ssh: SshConnection, row: SessionRow, notice: string | null = null): Promise<void> {
  const own = readOwnWorktree(row)
  if (own === null) return createTmuxSession(ssh, row.tmux_session_name, row.working_directory, notice)
  // A second start must not find a worktree that is half there, and open its shell elsewhere.
  return inWorktreeTurn(row.environment_id, async () => {
    const words = [notice, await bringBackWorktree(ssh, own)].filter((part) => part !== null)
    const shown = words.length === 0 ? null : words.join('\n')
    await createTmuxSession(ssh, row.tmux_session_name, row.working_directory, shown)
  })
}

/** For one that an attach would start by itself: its worktree may be gone, unless somebody removed it while it runs. */
export async function startInWorktree(ssh: SshConnection, row: SessionRow): Promise<void> {
  if (row.branch === null || (await hasTmuxSession(ssh, row.tmux_session_name))) return
  await startSession(ssh, row)
}
