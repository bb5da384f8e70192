/** The branches that can be deployed, and what the remote has of one. */
import { BranchName, type GitBranch } from '@craftastic/contract'
import { withoutRemote } from './git-branches'

/** First the one that the environment is on, then what the application builds, then the others, newest first. */
export function deployBranches(
  current: string | null,
  builds: string | null,
  known: readonly Pick<GitBranch, 'name' | 'remote' | 'committedAt'>[],
): string[] {
  const newestFirst = [...known].sort((a, b) => b.committedAt.localeCompare(a.committedAt))
  const others = newestFirst.map(({ name, remote }) => (remote ? withoutRemote(name) : name))
  const isDeployable = (name: string | null): name is string => name !== 'HEAD' && BranchName.safeParse(name).success
  return [...new Set([current, builds, ...others])].filter(isDeployable)
}

/** Where the branch stands on `origin`, as Git saw it last; null where it has none there. */
export function remoteCommit(branch: string, known: readonly GitBranch[]): GitBranch | null {
  return known.find(({ name, remote }) => remote && name === `origin/${branch}`) ?? null
}
