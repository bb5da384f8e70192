/** What a deployment of an environment's branch would leave behind: commits that are not pushed. */
import type { DeployCheck, UnpushedCommit } from '@craftastic/contract'
import { readUnpushed } from '../services/git-unpushed.ts'
import { inTree, workspace } from '../services/working-tree.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { requireRunning } from './environment-access.ts'
import { AppError } from './errors.ts'
import { toGitProblem } from './git-problems.ts'
import type { EnvironmentRow } from './present.ts'
import { defaultBranch } from './repository.ts'

/**
 * Looks into the environment. One that does not run cannot be looked into: then the branch is the one it was made from.
 * @param branch Null is the current one.
 */
export async function checkBranch(
  environment: EnvironmentRow,
  branch: string | null,
  reach: EnvironmentReach,
): Promise<DeployCheck> {
  if (environment.status !== 'running') return withoutLook(environment, branch)
  try {
    return await reach.inside(environment.id, (ssh) => readUnpushed(inTree(ssh, workspace), branch))
  } catch (error) {
    throw toGitProblem(error)
  }
}

function withoutLook(environment: EnvironmentRow, branch: string | null): DeployCheck {
  const known = branch ?? environment.branch
  if (known === defaultBranch) requireRunning(environment)
  const unpushed = { count: 0, commits: [] }
  return { branch: known, looked: false, onRemote: true, unpushed, changedFiles: 0 }
}

/** @throws AppError commits_not_pushed | environment_not_running */
export function requirePushed(environment: EnvironmentRow, { branch, looked, onRemote, unpushed }: DeployCheck): void {
  if (!looked) {
    const how = 'Start it, or deploy what the remote has.'
    const detail = `The environment "${environment.name}" does not run, so it cannot be seen whether all commits are pushed. ${how}`
    throw new AppError('environment_not_running', detail)
  }
  if (onRemote && unpushed.count === 0) return
  const what = onRemote ? `${countCommits(unpushed.count)} of "${branch}"` : `a branch "${branch}"`
  const detail = `The remote does not have ${what}, and Coolify builds what the remote has. Push first, or deploy what is there.`
  throw new AppError('commits_not_pushed', detail, { errors: unpushed.commits.map(describeCommit) })
}

function countCommits(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`
}

function describeCommit({ commit, subject }: UnpushedCommit) {
  return { pointer: '/branch', detail: `${commit.slice(0, 10)} ${subject.slice(0, 200)}` }
}
