/**
 * Runs work inside an environment and turns what can go wrong on the way into what a caller can be told. A connection
 * that turns out to be dead is replaced once: the work must be safe to repeat. Whoever finds a container ended tells the
 * reconciler.
 */
import { RuntimeUnavailable } from '../services/runtime.ts'
import { SshConnectionLost, SshFailure, type SshConnection } from '../services/ssh.ts'
import { TmuxFailure } from '../services/tmux.ts'
import { ContainerNotRunning, NotReadyYet, type EnvironmentConnections } from './environment-connections.ts'
import { describeEndedContainer } from './ended-container.ts'
import { AppError } from './errors.ts'

export type EnvironmentReachOptions = {
  connections: EnvironmentConnections
  /** Called when an environment turns out not to run. */
  onLost: () => void
}

export interface EnvironmentReach {
  /** Throws `AppError` with `environment_not_running`, `environment_unreachable` or `engine_unavailable`. */
  inside<T>(environmentId: string, work: (ssh: SshConnection) => Promise<T>): Promise<T>
}

export function createEnvironmentReach({ connections, onLost }: EnvironmentReachOptions): EnvironmentReach {
  return {
    async inside(environmentId, work) {
      try {
        return await attempt(environmentId, work)
      } catch (error) {
        if (error instanceof ContainerNotRunning) onLost()
        throw toAppError(error)
      }
    },
  }

  async function attempt<T>(environmentId: string, work: (ssh: SshConnection) => Promise<T>): Promise<T> {
    const ssh = await connections.connect(environmentId)
    try {
      return await work(ssh)
    } catch (error) {
      if (!(error instanceof SshConnectionLost)) throw error
      connections.discard(environmentId, ssh)
      return work(await connections.connect(environmentId))
    }
  }
}

function toAppError(error: unknown): unknown {
  if (error instanceof ContainerNotRunning) {
    return new AppError('environment_not_running', `The environment does not run. ${describeEndedContainer(error)}`, {
      cause: error,
    })
  }
  if (error instanceof RuntimeUnavailable) {
    const detail = 'The container engine does not answer. Try again in a moment.'
    return new AppError('engine_unavailable', detail, { retryAfterSeconds: 5, cause: error })
  }
  if (error instanceof SshFailure || error instanceof NotReadyYet || error instanceof TmuxFailure) {
    const detail = 'The environment does not answer. It may be out of memory or processes; try again in a moment.'
    return new AppError('environment_unreachable', detail, { cause: error })
  }
  return error
}
