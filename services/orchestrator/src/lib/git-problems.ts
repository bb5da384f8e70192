/** What git refused, as what a caller can be told: its own words, and what to do next where that is not in them. */
import type { ErrorCode } from '@craftastic/contract'
import { GitFailure, type GitFailureReason } from '../services/git-failure.ts'
import { SshConnectionLost } from '../services/ssh.ts'
import { workspace } from '../services/working-tree.ts'
import { AppError } from './errors.ts'

const codes: Record<GitFailureReason, ErrorCode> = {
  no_repository: 'no_repository',
  nothing_to_commit: 'nothing_to_commit',
  non_fast_forward: 'non_fast_forward',
  conflict: 'git_conflict',
  refused: 'git_refused',
  remote_failed: 'git_remote_failed',
  credentials_required: 'git_credentials_required',
  deploy_key_required: 'deploy_key_required',
  host_key_refused: 'git_remote_failed',
  interrupted: 'environment_unreachable',
}

/** What to do, where git's words do not say it. */
const advice: Partial<Record<GitFailureReason, string>> = {
  deploy_key_required:
    'Add the deploy key of this environment to the repository at its host, with write access to push.',
  host_key_refused:
    'The host showed another key than it is known by, and nothing was sent to it. If it has a new key on purpose, ' +
    'remove the old one in a terminal: ssh-keygen -R HOST',
}

/** @param directory The working tree that git ran in. */
export function toGitProblem(error: unknown, directory: string = workspace): unknown {
  if (!(error instanceof GitFailure)) return error
  if (error.reason === 'no_repository') {
    const detail =
      directory === workspace
        ? 'There is no Git repository in /workspace. Make one in a terminal: git init'
        : `The worktree "${directory}" of this session is gone. It is made again when the session ends and starts again.`
    return new AppError('no_repository', detail, { cause: error })
  }
  const words = [error.message, advice[error.reason]].filter((part) => part !== undefined).join('\n')
  return new AppError(codes[error.reason], words, { cause: error })
}

/** A change whose connection broke is not repeated: it may have happened. */
export async function onlyOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SshConnectionLost)) throw error
    const words = 'The connection broke while git was at work. Look at the repository before you try again.'
    throw new GitFailure('interrupted', words, { cause: error })
  }
}
