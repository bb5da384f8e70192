/** Ends an environment's programs and keeps its workspace. Each step takes "already so" as success. */
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import type { StatusChange } from '../lib/environment-state.ts'
import type { ContainerRuntime } from '../services/runtime.ts'
import type { OperationWork } from './run-operation.ts'

export type StopEnvironmentOptions = { runtime: ContainerRuntime; connections: EnvironmentConnections }

export function stopEnvironmentWork(options: StopEnvironmentOptions): OperationWork {
  const { runtime } = options
  return {
    async run({ environment, step }) {
      const { id, status_reason: reason } = environment
      await step('stop', () => stopContainer(id, options))
      let containerId: string | null = null
      await step('network', async () => {
        // Networks are the scarcest thing an engine has; a start makes it anew.
        await runtime.removeNetwork(id)
        containerId = (await runtime.findContainer(id))?.containerId ?? null
      })
      return { status: 'stopped', reason, containerId } satisfies StatusChange
    },
    cleanUp: async () => {},
  }
}

/** The container stays, with what was installed in it. */
export async function stopContainer(
  environmentId: string,
  { runtime, connections }: StopEnvironmentOptions,
): Promise<void> {
  await runtime.stopContainer(environmentId)
  connections.close(environmentId)
}
