/** The branch of a new session: which one is suggested, and what becomes of the one that was typed. */
import type { GitBranch, Session } from '@craftastic/contract'
import { withoutRemote } from './git-branches'

/** `Fix the login` is `fix-the-login`; numbered where there is such a branch. */
export function suggestBranch(sessionName: string, branches: readonly GitBranch[]): string {
  const name = sessionName
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
  const taken = new Set(branches.map((branch) => (branch.remote ? withoutRemote(branch.name) : branch.name)))
  if (!taken.has(name)) return name
  let number = 2
  while (taken.has(`${name}-${number}`)) number += 1
  return `${name}-${number}`
}

/** Branches that a new session can be on, the newest first. */
export function freeBranches(branches: readonly GitBranch[], sessions: readonly Session[]): string[] {
  const inUse = new Set(sessions.map(({ branch }) => branch))
  const free = branches.filter(({ name, remote, current, worktree }) => {
    return remote || (!current && !inUse.has(name) && (worktree === null || isLeft(worktree)))
  })
  const held = new Set(
    branches.flatMap(({ name, remote }) => (remote || free.some((one) => one.name === name) ? [] : name)),
  )
  const names = free.map(({ name, remote }) => (remote ? withoutRemote(name) : name))
  return [...new Set(names)].filter((name) => !held.has(name))
}

/** What making a session on this branch does. */
export function describeBranch(name: string, branches: readonly GitBranch[], sessions: readonly Session[]): string {
  const local = branches.find((branch) => !branch.remote && branch.name === name)
  const remote = branches.find((branch) => branch.remote && withoutRemote(branch.name) === name)
  const session = sessions.find(({ branch }) => branch === name)
  if (session) return `The session ${session.name ?? session.tmuxSessionName} works on it. Choose another branch.`
  if (local?.current) return 'The workspace itself is on this branch. Choose another one.'
  if (local?.worktree && isLeft(local.worktree)) return 'Goes on with the work that an earlier session left there.'
  if (local?.worktree) return `It is checked out in ${local.worktree}. Choose another branch.`
  if (local) return 'This branch is there already, and is checked out.'
  if (remote) return `Follows ${remote.name}.`
  const from = branches.find(({ current }) => current)
  return from ? `A new branch, beginning where ${from.name} is now.` : 'A new branch.'
}

/** By a session, in the place where those have their worktrees. */
function isLeft(worktree: string): boolean {
  return worktree.startsWith('/workspace/.worktrees/')
}
