import { answer } from './answers.ts'
import { applicationRoutes } from './application-routes.ts'
import { deploymentRoutes } from './deployment-routes.ts'
import type { FakeHandler } from './request.ts'

/** By the contract's operation ids. */
export const routes: Record<string, FakeHandler | undefined> = {
  healthcheck: () => answer('OK'),
  version: ({ world }) => answer(world.switches.version),
  ...applicationRoutes,
  ...deploymentRoutes,
}
