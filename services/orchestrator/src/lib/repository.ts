/** Words for branches that are not the user's own. */

/** Stands for the remote's default branch until the clone has told its name, as in Git itself. */
export const defaultBranch = 'HEAD'

/** Branch of an environment that has no repository. */
export const branchWithoutRepository = 'main'
