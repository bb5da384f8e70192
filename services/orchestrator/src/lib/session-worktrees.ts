/**
 * The worktree of a session that works on a branch of its own: made before its row, so that what a killed server leaves
 * behind is found by the next session on that branch, and removed with it unless work would be lost.
 */
import type { SessionWorktree } from '@craftastic/contract'
import { GitFailure } from '../services/git-failure.ts'
import { readGitStatus, readGitWork } from '../services/git-status.ts'
import {
  addGitWorktree,
  countOwnCommits,
  deleteGitBranch,
  hasGitWorktree,
  hideWorktrees,
  listGitWorktrees,
  listWorktreeNames,
  pathExists,
  proposeBranch,
  removeGitWorktree,
} from '../services/git-worktrees.ts'
import type { SshConnection } from '../services/ssh.ts'
import { inTree, workspace, worktreesDirectory } from '../services/working-tree.ts'
import { AppError } from './errors.ts'
import { createGitTurns } from './git-turns.ts'
import type { SessionRow } from './present.ts'
import { chooseWorktreePath } from './worktree-names.ts'

/** Worktrees of an environment are made and removed one after the other. */
export const inWorktreeTurn = createGitTurns()

/** What a row says of its worktree. */
export type OwnWorktree = { path: string; branch: string; ownsBranch: boolean }

/** Null for a session without one. */
export function readOwnWorktree(row: SessionRow): OwnWorktree | null {
  if (row.branch === null) return null
  return { path: row.working_directory, branch: row.branch, ownsBranch: row.owns_branch }
}

/**
 * A worktree on `branch` that none of `sessions` has: a new one, or one that a session left behind.
 * @throws GitFailure, AppError branch_in_use
 */
export async function openWorktree(
  ssh: SshConnection,
  branch: string,
  sessions: readonly SessionRow[],
): Promise<OwnWorktree> {
  const tree = inTree(ssh, workspace)
  const worktrees = await listGitWorktrees(tree)
  const holder = worktrees.find((worktree) => worktree.branch === branch)
  const owned = sessions.filter((row) => row.branch !== null)
  const session = owned.find((row) => row.working_directory === holder?.path || row.branch === branch)
  if (session !== undefined) {
    throw await inUse(tree, branch, `The session "${session.name ?? session.tmux_session_name}" works on it`)
  }
  const isLeft = holder?.path.startsWith(`${worktreesDirectory}/`) === true
  if (holder !== undefined && !isLeft) throw await inUse(tree, branch, `It is checked out in "${holder.path}"`)
  if (holder !== undefined && !holder.isUnfinished && (await hasGitWorktree(ssh, holder.path))) {
    await hideWorktrees(tree)
    return { path: holder.path, branch, ownsBranch: false }
  }
  const names = (await listWorktreeNames(ssh)).map((name) => `${worktreesDirectory}/${name}`)
  const taken = [...names, ...worktrees.map(({ path }) => path), ...owned.map((row) => row.working_directory)]
  const path = holder?.path ?? chooseWorktreePath(branch, new Set(taken))
  return { path, branch, ownsBranch: (await addGitWorktree(tree, path, branch)).madeBranch }
}

async function inUse(tree: SshConnection, branch: string, why: string): Promise<AppError> {
  const other = await proposeBranch(tree, branch)
  const detail = `The branch "${branch}" is in use. ${why}. Choose another branch, such as "${other}".`
  return new AppError('branch_in_use', detail)
}

/** Makes one again that is gone. Answers in words what has become of it; null when it is there. */
export async function bringBackWorktree(ssh: SshConnection, { path, branch }: OwnWorktree): Promise<string | null> {
  if (await hasGitWorktree(ssh, path)) return null
  try {
    await addGitWorktree(inTree(ssh, workspace), path, branch)
    return `The worktree of this session was gone. It has been made again from the branch "${branch}".`
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    return `The worktree "${path}" of this session is gone and could not be made again. ${error.message}`
  }
}

/** How a worktree stands, and whether it would be kept. */
export async function lookAtWorktree(ssh: SshConnection, own: OwnWorktree): Promise<SessionWorktree> {
  const seen: SessionWorktree = { path: own.path, branch: null, changedFiles: 0, ownCommits: 0, keptBecause: null }
  try {
    if (!(await pathExists(ssh, own.path))) return seen
    const tree = inTree(ssh, own.path)
    const status = await readGitStatus(tree)
    if (!status.repository) return { ...seen, keptBecause: 'its directory is there, but git does not know it any more' }
    const branch = status.detached ? null : status.branch
    const ownCommits = await countOwnCommits(tree, branch)
    const counted = { ...seen, branch, changedFiles: status.files.length, ownCommits }
    return { ...counted, keptBecause: describeWork(counted, (await readGitWork(tree)) !== null) }
  } catch (error) {
    if (error instanceof GitFailure) return { ...seen, keptBecause: `git could not look at it: ${error.message}` }
    throw error
  }
}

/** Removes it unless work would be lost, and the branch that was made for it. Answers what has become of it. */
export async function removeWorktree(ssh: SshConnection, own: OwnWorktree): Promise<SessionWorktree> {
  const seen = await lookAtWorktree(ssh, own)
  if (seen.keptBecause !== null) return seen
  const tree = inTree(ssh, workspace)
  try {
    const known = (await listGitWorktrees(tree)).some(({ path }) => path === own.path)
    // Git itself looks once more.
    if (known) await removeGitWorktree(tree, own.path, !(await pathExists(ssh, own.path)))
    if (own.ownsBranch && seen.branch === own.branch) await deleteGitBranch(tree, own.branch)
    return seen
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error
    if (!(await pathExists(ssh, own.path))) return seen
    return { ...seen, keptBecause: `git did not remove it: ${error.message}` }
  }
}

function describeWork({ changedFiles, ownCommits }: SessionWorktree, isUnderWay: boolean): string | null {
  const parts = [
    ...(changedFiles === 0 ? [] : [changedFiles === 1 ? '1 changed file' : `${changedFiles} changed files`]),
    ...(ownCommits === 0
      ? []
      : [`${ownCommits === 1 ? '1 commit' : `${ownCommits} commits`} that no other branch has`]),
    ...(isUnderWay ? ['an operation that is not finished'] : []),
  ]
  return parts.length === 0 ? null : `it holds ${new Intl.ListFormat('en-GB').format(parts)}`
}
