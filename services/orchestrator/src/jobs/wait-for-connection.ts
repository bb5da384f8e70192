/** Waits until a container that was just started lets the server in. */
import { NotReadyYet, type EnvironmentConnections } from '../lib/environment-connections.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import { SshFailure } from '../services/ssh.ts'

const deadlineMs = 30_000
const pauseMs = 20

/** Throws `ContainerNotRunning` at once when the container has ended; its words say why. */
export async function waitForConnection(
  connections: EnvironmentConnections,
  environmentId: string,
  signal: AbortSignal,
): Promise<void> {
  const startedAt = performance.now()
  for (;;) {
    try {
      await connections.connect(environmentId)
      return
    } catch (error) {
      const isTooEarly = error instanceof NotReadyYet || error instanceof SshFailure
      if (!isTooEarly || signal.aborted) throw error
      if (performance.now() - startedAt > deadlineMs) {
        throw new StepFailure(`The environment gave no way in within ${deadlineMs / 1000} seconds.`, { cause: error })
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}
