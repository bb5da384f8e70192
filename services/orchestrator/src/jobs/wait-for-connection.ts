/** Waits until a container that was just started lets the server in, and works there. */
import { NotReadyYet, type EnvironmentConnections } from '../lib/environment-connections.ts'
import { StepFailure } from '../lib/operation-progress.ts'
import { SshConnectionLost, SshFailure, type SshConnection } from '../services/ssh.ts'

const deadlineMs = 30_000
const pauseMs = 20
/** An environment that breaks more connections than this under one piece of work breaks them all. */
const maxLosses = 3

export type WayInOptions = {
  connections: EnvironmentConnections
  environmentId: string
  signal: AbortSignal
}

/** A connection that breaks is replaced: `work` must be safe to repeat. Throws as `waitForConnection` does. */
export async function workInside<T>(options: WayInOptions, work: (ssh: SshConnection) => Promise<T>): Promise<T> {
  const { connections, environmentId, signal } = options
  for (let losses = 0; ; losses += 1) {
    const ssh = await waitForConnection(options)
    try {
      return await work(ssh)
    } catch (error) {
      if (!(error instanceof SshConnectionLost) || signal.aborted || losses === maxLosses) throw error
      connections.discard(environmentId, ssh)
    }
  }
}

/** Throws `ContainerNotRunning` at once when the container has ended; its words say why. */
export async function waitForConnection({ connections, environmentId, signal }: WayInOptions): Promise<SshConnection> {
  const startedAt = performance.now()
  for (;;) {
    try {
      return await connections.connect(environmentId)
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
