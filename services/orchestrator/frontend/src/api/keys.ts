/** Every cache key once. */
import type { GitTree } from '@/lib/git-tree'

/** Keys of one environment begin with `one(id)`. */
export const environmentKeys = {
  all: ['environments'] as const,
  lists: ['environments', 'of-user'] as const,
  ofUser: (userId: string) => ['environments', 'of-user', userId] as const,
  one: (environmentId: string) => ['environments', 'one', environmentId] as const,
  sessions: (environmentId: string) => ['environments', 'one', environmentId, 'sessions'] as const,
  update: (environmentId: string) => ['environments', 'update', environmentId] as const,
  history: (environmentId: string) => ['environments', 'one', environmentId, 'operations'] as const,
  recordings: (environmentId: string) => ['environments', 'one', environmentId, 'recordings'] as const,
  recording: (environmentId: string, fileName: string) => ['recordings', environmentId, fileName] as const,
  deployKey: (environmentId: string) => ['environments', 'one', environmentId, 'deploy-key'] as const,
  stats: (environmentId: string) => ['environments', 'one', environmentId, 'stats'] as const,
}

export const operationKeys = {
  one: (operationId: string) => ['operations', operationId] as const,
}

export const sessionKeys = {
  history: (sessionId: string) => ['sessions', sessionId, 'history'] as const,
  worktree: (sessionId: string) => ['sessions', sessionId, 'worktree'] as const,
  shares: (sessionId: string) => ['sessions', sessionId, 'shares'] as const,
}

export const sharedSessionKeys = { list: ['shared-sessions'] as const }

const workspace = 'workspace'
const gitTreeKey = ({ environmentId, sessionId = workspace }: GitTree) => ['git', environmentId, sessionId] as const

/** What of a repository changes with a working tree lies under `live(tree)`, and is asked for again together. */
export const gitKeys = {
  all: ['git'] as const,
  ofEnvironment: (environmentId: string) => ['git', environmentId] as const,
  live: (tree: GitTree) => [...gitTreeKey(tree), 'live'] as const,
  status: (tree: GitTree) => [...gitKeys.live(tree), 'status'] as const,
  diff: (tree: GitTree, path: string, staged: boolean) => [...gitKeys.live(tree), 'diff', path, staged] as const,
  log: (tree: GitTree, all: boolean) => [...gitKeys.live(tree), 'log', all] as const,
  lastCommit: (tree: GitTree) => [...gitKeys.live(tree), 'last-commit'] as const,
  branches: (tree: GitTree) => [...gitKeys.live(tree), 'branches'] as const,
  stashes: (tree: GitTree) => [...gitKeys.live(tree), 'stashes'] as const,
  discards: (tree: GitTree) => [...gitKeys.live(tree), 'discards'] as const,
  unsaved: (environmentId: string) => [...gitKeys.live({ environmentId }), 'unsaved'] as const,
  deployCheck: (environmentId: string, branch: string | null) =>
    [...gitKeys.live({ environmentId }), 'deploy-check', branch] as const,
  /** A commit never changes. */
  commitDiff: (tree: GitTree, commit: string) => [...gitTreeKey(tree), 'commit', commit] as const,
  /** Verbs under way. */
  verbs: (tree: GitTree) => [...gitTreeKey(tree), 'verb'] as const,
}

/** The working tree that such a key is of. */
export function readGitTree([, environmentId, sessionId]: readonly unknown[]): GitTree | null {
  if (typeof environmentId !== 'string' || typeof sessionId !== 'string') return null
  return sessionId === workspace ? { environmentId } : { environmentId, sessionId }
}

export const keptWorkKeys = { list: ['kept-work'] as const }

export const gitCredentialKeys = {
  list: ['git-credentials'] as const,
  deviceFlow: (flowId: string) => ['git-credentials', 'device-flow', flowId] as const,
}

export const deploymentKeys = {
  all: ['deployments'] as const,
  ofEnvironment: (environmentId: string) => ['deployments', 'of-environment', environmentId] as const,
  one: (deploymentId: string) => ['deployments', 'one', deploymentId] as const,
  log: (deploymentId: string) => ['deployments', 'log', deploymentId] as const,
}

/** What only Coolify knows. */
export const coolifyKeys = {
  all: ['coolify'] as const,
  connection: ['coolify', 'connection'] as const,
  applications: (environmentId: string) => ['coolify', 'applications', environmentId] as const,
  images: (environmentId: string, appId: string) => ['coolify', 'images', environmentId, appId] as const,
  choices: ['coolify', 'choices'] as const,
  projectEnvironments: (projectId: string) => ['coolify', 'choices', 'project', projectId] as const,
  destinations: (serverId: string) => ['coolify', 'choices', 'server', serverId] as const,
}
