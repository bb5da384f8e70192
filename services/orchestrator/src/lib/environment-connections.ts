/**
 * The SSH connections of this server: at most one per environment, opened on demand, shared by everything that runs in
 * it, opened anew after it broke. Never starts or changes a container.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ContainerRuntime } from '../services/runtime.ts'
import { readStartReport, sshdCommand } from '../services/container-start.ts'
import { dial } from '../services/ssh-dial.ts'
import { openSshConnection, type SshConnection } from '../services/ssh.ts'
import type { Database } from './database.ts'
import type { EndedContainer } from './ended-container.ts'
import { readEnvironmentKeys } from './environment-keys.ts'
import type { SecretBox } from './secret-box.ts'

/** The engine learns of an end a moment after its connections break. */
const endedNoticeMs = 300

/** Bytes of a container's output that can hold its first line. */
const startReportBytes = 4096

export interface EnvironmentConnections {
  /**
   * Throws `ContainerNotRunning` when there is nothing to connect to, `NotReadyYet` while the container is still
   * starting, and the failure of the handshake otherwise.
   */
  connect(environmentId: string): Promise<SshConnection>
  /** The environments that there is a connection to, or an attempt at one. */
  listConnected(): string[]
  /** Closes the connection of one environment, if there is one. */
  close(environmentId: string): void
  /** Closes one that turned out to be dead, and leaves one that has taken its place meanwhile to those who work there. */
  discard(environmentId: string, connection: SshConnection): void
  closeAll(): void
}

/** The container is not there or has ended. */
export class ContainerNotRunning extends Error implements EndedContainer {
  override name = 'ContainerNotRunning'
  readonly exitCode: number | null
  readonly refusal: string | null
  readonly ranOutOfMemory: boolean
  constructor({ exitCode, refusal, ranOutOfMemory }: EndedContainer) {
    super('the container does not run')
    this.exitCode = exitCode
    this.refusal = refusal
    this.ranOutOfMemory = ranOutOfMemory
  }
}

/** The container runs and has not said yet that it is ready. */
export class NotReadyYet extends Error {
  override name = 'NotReadyYet'
}

export type EnvironmentConnectionsOptions = { runtime: ContainerRuntime; db: Database; secretBox: SecretBox }

export function createEnvironmentConnections({
  runtime,
  db,
  secretBox,
}: EnvironmentConnectionsOptions): EnvironmentConnections {
  const connections = new Map<string, Promise<SshConnection>>()
  const attempts = new WeakMap<SshConnection, Promise<SshConnection>>()

  const open = async (environmentId: string): Promise<SshConnection> => {
    const { address, user } = await findWayIn(environmentId)
    const keys = await readEnvironmentKeys(environmentId, secretBox, db)
    try {
      const stream = await dial({ runtime, environmentId, address, sshdCommand })
      return await openSshConnection(stream, {
        user,
        privateKey: keys.client.privateKey,
        hostPublicKey: keys.host.publicKey,
      })
    } catch (error) {
      // A container that ended meanwhile explains more than the connection that it broke, once the engine knows.
      await sleep(endedNoticeMs)
      await findWayIn(environmentId)
      throw error
    }
  }

  const findWayIn = async (environmentId: string) => {
    const state = await runtime.findContainer(environmentId)
    if (state === null) throw new ContainerNotRunning({ exitCode: null, refusal: null, ranOutOfMemory: false })
    const output = await runtime.readFirstOutput(environmentId, state.startedAtMs ?? 0, startReportBytes)
    const report = readStartReport(output)
    if (!state.running) {
      const refusal = report !== null && 'refused' in report ? report.refused : null
      throw new ContainerNotRunning({ ...state, refusal })
    }
    if (report === null || !('ready' in report)) throw new NotReadyYet()
    return { address: state.address, user: report.ready.user }
  }

  const forgetAttempt = (environmentId: string, attempt: Promise<SshConnection> | undefined) => {
    if (connections.get(environmentId) === attempt) connections.delete(environmentId)
  }

  const close = (environmentId: string) => {
    const attempt = connections.get(environmentId)
    connections.delete(environmentId)
    void attempt?.then((connection) => connection.close()).catch(() => {})
  }

  return {
    connect: (environmentId) => {
      const known = connections.get(environmentId)
      if (known !== undefined) return known
      const attempt = open(environmentId)
      connections.set(environmentId, attempt)
      const forget = () => forgetAttempt(environmentId, attempt)
      attempt.then((connection) => {
        attempts.set(connection, attempt)
        connection.onClose(forget)
      }, forget)
      return attempt
    },
    listConnected: () => [...connections.keys()],
    close,
    discard: (environmentId, connection) => {
      forgetAttempt(environmentId, attempts.get(connection))
      connection.close()
    },
    closeAll: () => {
      for (const environmentId of [...connections.keys()]) close(environmentId)
    },
  }
}
