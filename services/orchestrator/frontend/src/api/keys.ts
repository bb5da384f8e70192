/** Every cache key once. Keys of one environment begin with `one(id)`. */
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
}

/** What of a repository changes with its working tree lies under `live(id)`, and is asked for again together. */
export const gitKeys = {
  all: ['git'] as const,
  live: (environmentId: string) => ['git', environmentId, 'live'] as const,
  status: (environmentId: string) => ['git', environmentId, 'live', 'status'] as const,
  diff: (environmentId: string, path: string, staged: boolean) =>
    ['git', environmentId, 'live', 'diff', path, staged] as const,
  log: (environmentId: string, all: boolean) => ['git', environmentId, 'live', 'log', all] as const,
  lastCommit: (environmentId: string) => ['git', environmentId, 'live', 'last-commit'] as const,
  branches: (environmentId: string) => ['git', environmentId, 'live', 'branches'] as const,
  stashes: (environmentId: string) => ['git', environmentId, 'live', 'stashes'] as const,
  discards: (environmentId: string) => ['git', environmentId, 'live', 'discards'] as const,
  unsaved: (environmentId: string) => ['git', environmentId, 'live', 'unsaved'] as const,
  deployCheck: (environmentId: string, branch: string | null) =>
    ['git', environmentId, 'live', 'deploy-check', branch] as const,
  /** A commit never changes. */
  commitDiff: (environmentId: string, commit: string) => ['git', environmentId, 'commit', commit] as const,
  /** Verbs under way. */
  verbs: (environmentId: string) => ['git', environmentId, 'verb'] as const,
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
