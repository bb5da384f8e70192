/** Removes an environment from the engine. Each step takes "already gone" as success. */
import type { EnvironmentConnections } from '../lib/environment-connections.ts'
import type { ContainerRuntime } from '../services/runtime.ts'
import type { OperationWork } from './run-operation.ts'

export type DeleteEnvironmentOptions = { runtime: ContainerRuntime; connections: EnvironmentConnections }

export function deleteEnvironmentWork({ runtime, connections }: DeleteEnvironmentOptions): OperationWork {
  return {
    async run({ environment: { id }, step }) {
      connections.close(id)
      await step('container', () => runtime.removeContainer(id))
      await step('network', () => runtime.removeNetwork(id))
      await step('volume', () => runtime.removeVolume(id))
      return null
    },
    cleanUp: async () => {},
  }
}
