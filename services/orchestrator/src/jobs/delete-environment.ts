/**
 * Removes an environment from the engine, after what is only in it was kept. Each step takes "already gone" as success. One
 * whose work could not be kept is not deleted: it stays, stopped, until somebody saves the work or deletes it by force.
 */
import { RuntimeUnavailable } from '../services/runtime.ts'
import { keepWork, toNotKept, type KeepWorkOptions } from './keep-work.ts'
import type { OperationContext, OperationWork } from './run-operation.ts'

export function deleteEnvironmentWork(options: KeepWorkOptions): OperationWork {
  const { runtime, connections } = options
  return {
    async run(context) {
      const { id } = context.environment
      connections.close(id)
      if (context.steps.includes('keep')) await keep(context)
      connections.close(id)
      await context.step('container', () => runtime.removeContainer(id))
      await context.step('network', () => runtime.removeNetwork(id))
      await context.step('volume', () => runtime.removeVolume(id))
      return null
    },

    async cleanUp({ id }, failedStep, requireHold) {
      if (failedStep !== 'keep') return
      connections.close(id)
      await requireHold()
      await runtime.stopContainer(id)
      await requireHold()
      await runtime.removeNetwork(id)
    },

    desiredAfter: (failedStep) => (failedStep === 'keep' ? 'stopped' : undefined),
  }

  async function keep(context: OperationContext): Promise<void> {
    try {
      await context.step('keep', () => keepWork(context, options))
    } catch (error) {
      throw error instanceof RuntimeUnavailable && !context.signal.aborted ? toNotKept(error) : error
    }
  }
}
