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
  stats: (environmentId: string) => ['environments', 'one', environmentId, 'stats'] as const,
}

export const operationKeys = {
  one: (operationId: string) => ['operations', operationId] as const,
}

export const sessionKeys = {
  history: (sessionId: string) => ['sessions', sessionId, 'history'] as const,
}
