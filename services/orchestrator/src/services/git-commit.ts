/** Commits. The user's hooks and signing apply, as they do in a terminal. */
import { literalPathspecs, textToBytes } from './git-bytes.ts'
import { allWords, longDeadlineMs, requireGit, requireSuccess, writeGit, type GitResult } from './git-command.ts'
import { GitFailure } from './git-failure.ts'
import { listUntracked, refuseConflicts, stage, stageFiles } from './git-index.ts'
import { withFile } from './git-files.ts'
import type { SshConnection } from './ssh.ts'

export type CommitRequest = {
  message: string
  /** Just these; without, all changes, or what is staged. */
  files?: readonly string[] | undefined
  staged: boolean
  amend: boolean
}

/** Answers the commit's name and git's words. @throws GitFailure */
export async function commit(ssh: SshConnection, request: CommitRequest): Promise<{ commit: string; output: string }> {
  const { files, staged } = request
  await refuseConflicts(ssh, 'Resolve and stage these files first')
  let result: GitResult
  if (files !== undefined) {
    const untracked = await listUntracked(ssh, files)
    if (untracked.length > 0) await stageFiles(ssh, untracked)
    result = await withFile(ssh, literalPathspecs(files), (file) =>
      runCommit(ssh, request, ['--only', `--pathspec-from-file=${file}`, '--pathspec-file-nul']),
    )
  } else {
    if (!staged) await stage(ssh, {})
    result = await runCommit(ssh, request, [])
  }
  if (result.exitCode !== 0 && saysNothingToCommit(result)) {
    throw new GitFailure('nothing_to_commit', allWords(result))
  }
  requireSuccess(result)
  const { stdout } = await requireGit(ssh, ['rev-parse', 'HEAD'])
  return { commit: stdout.toString('utf8').trim(), output: allWords(result) }
}

/** Lines of the message that begin with `#` are its own. */
function runCommit(ssh: SshConnection, { message, amend }: CommitRequest, more: readonly string[]): Promise<GitResult> {
  const args = ['commit', '--file=-', '--cleanup=whitespace', ...(amend ? ['--amend'] : []), ...more]
  return writeGit(ssh, args, { input: textToBytes(message), deadlineMs: longDeadlineMs })
}

function saysNothingToCommit(result: GitResult): boolean {
  return /^(?:nothing to commit|nothing added to commit|no changes added to commit)/m.test(allWords(result))
}
