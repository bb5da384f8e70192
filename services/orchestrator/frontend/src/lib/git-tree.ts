/** Which working tree is meant: the workspace, or the worktree of a session on a branch of its own. */
export interface GitTree {
  environmentId: string
  /** Undefined: the workspace. */
  sessionId?: string | undefined
}
