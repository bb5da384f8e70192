/** Which working tree of an environment is meant. Its path is known here, and never comes from a request. */
import type { GitTreeQuery } from '@craftastic/contract'
import { workspace } from '../services/working-tree.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import { requireRunningEnvironment, requireSession } from './environment-access.ts'
import { AppError } from './errors.ts'
import { readOwnWorktree } from './session-worktrees.ts'

export type GitTree = { environmentId: string; directory: string }

/** @throws AppError not_found | environment_not_running */
export async function requireGitTree(
  actor: UserActor,
  { environmentId, sessionId }: { environmentId: string } & GitTreeQuery,
  db: Database,
): Promise<GitTree> {
  await requireRunningEnvironment(actor, environmentId, db)
  if (sessionId === undefined) return { environmentId, directory: workspace }
  const session = await requireSession(actor, sessionId, db)
  if (session.environment_id !== environmentId) {
    throw new AppError('not_found', `There is no session "${sessionId}" in the environment "${environmentId}".`)
  }
  return { environmentId, directory: readOwnWorktree(session)?.path ?? workspace }
}

/** Tells trees apart. */
export function nameGitTree({ environmentId, directory }: GitTree): string {
  return `${environmentId} ${directory}`
}
