/** Changing branches, and settling what git is in the middle of. */
import { allWords, longDeadlineMs, requireSuccess, writeGit } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { keepBeforeAbort } from './git-discard.ts'
import { requireRepository } from './git-head.ts'
import { requireNoConflict } from './git-index.ts'
import { readGitWork, type GitWork } from './git-status.ts'
import type { SshConnection } from './ssh.ts'

/**
 * A branch that only a remote has is created here and belongs to that one. What any other new branch belongs to is decided by
 * its first push. Local changes come along, or git refuses; so it does for an ignored file that the other branch follows.
 */
export async function checkout(
  ssh: SshConnection,
  { branch, create, from }: { branch: string; create: boolean; from?: string | undefined },
): Promise<string> {
  const to = create ? ['--create', branch, ...(from === undefined ? [] : [from])] : ['--guess', branch]
  const args = [...trackSameName, 'switch', '--no-progress', '--no-overwrite-ignore', ...to]
  return allWords(requireSuccess(await writeGit(ssh, args, { deadlineMs: longDeadlineMs })))
}

/** A new branch follows the one that it begins at only when that is a remote's, of the same name. */
const trackSameName = ['-c', 'branch.autoSetupMerge=simple']

const commands: Record<Exclude<GitWork, 'bisect'>, string> = {
  merge: 'merge',
  rebase: 'rebase',
  am: 'am',
  'cherry-pick': 'cherry-pick',
  revert: 'revert',
}

/** Goes on with what is under way, or undoes it; then what the working tree held is kept like what is discarded. */
export async function settleGitWork(ssh: SshConnection, action: 'continue' | 'abort'): Promise<string> {
  await requireRepository(ssh)
  const work = await readGitWork(ssh)
  if (work === null) throw new GitFailure('refused', 'git is not in the middle of anything.')
  if (work === 'bisect') {
    if (action === 'continue')
      throw new GitFailure('refused', 'Say whether this commit is good or bad in a terminal: git bisect good')
    return allWords(requireSuccess(await writeGit(ssh, ['bisect', 'reset'])))
  }
  if (action === 'abort') await keepBeforeAbort(ssh, `Before the ${work} was undone`)
  const result = await writeGit(ssh, [commands[work], `--${action}`], { deadlineMs: longDeadlineMs })
  await requireNoConflict(ssh, result)
  return allWords(result)
}
