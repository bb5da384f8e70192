/**
 * The contract: every shape that crosses the product's edge, as Zod schemas. Server, web app and OpenAPI all come from
 * here. It imports nothing of ours.
 */
export * from './auth.ts'
export * from './common.ts'
export * from './deploy-key.ts'
export * from './environment.ts'
export * from './errors.ts'
export * from './events.ts'
export * from './git-credential.ts'
export * from './git-actions.ts'
export * from './git-history.ts'
export * from './git-status.ts'
export * from './health.ts'
export * from './legacy-container.ts'
export * from './operation.ts'
export * from './recording.ts'
export * from './repository.ts'
export * from './session-history.ts'
export * from './session.ts'
export * from './terminal.ts'
export * from './user.ts'
