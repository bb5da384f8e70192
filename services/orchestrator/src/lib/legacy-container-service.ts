/**
 * Environments as the previous generation's containers: what its clients ask becomes the verbs that everybody else
 * uses, which decide what is allowed. Only containers that a row names are ever listed or stopped.
 */
import { randomBytes } from 'node:crypto'
import {
  EnvironmentStatus,
  maxWaitSeconds,
  type CreateLegacyContainer,
  type Environment,
  type LegacyContainer,
  type LegacyContainerCreated,
  type LegacyContainerQuery,
} from '@craftastic/contract'
import { sql } from 'kysely'
import type { ContainerRuntime } from '../services/runtime.ts'
import type { UserActor } from './actor.ts'
import type { Database } from './database.ts'
import type { EnvironmentLifecycle } from './environment-lifecycle.ts'
import type { EnvironmentService } from './environment-service.ts'
import { AppError } from './errors.ts'
import type { OperationService } from './operation-service.ts'
import type { EnvironmentRow } from './present.ts'
import type { SessionService } from './session-service.ts'

export type LegacyContainerServiceOptions = {
  db: Database
  runtime: Pick<ContainerRuntime, 'describeContainer'>
  environments: EnvironmentService
  lifecycle: EnvironmentLifecycle
  sessions: SessionService
  operations: OperationService
}
export type LegacyContainerService = ReturnType<typeof createLegacyContainerService>

/** As Docker's own short ids. */
const shortIdLength = 12

const dockerStatus: Record<EnvironmentStatus, string> = {
  starting: 'Created',
  running: 'Up',
  stopping: 'Up',
  stopped: 'Exited (0)',
  error: 'Dead',
  deleting: 'Removal In Progress',
}

export function createLegacyContainerService(options: LegacyContainerServiceOptions) {
  const { db, runtime, environments, lifecycle, sessions, operations } = options
  return {
    /**
     * Answers when the container runs and has a session. What could not be finished, or what nobody waits for any more,
     * is deleted: its caller would never learn its id.
     */
    async createContainer(
      actor: UserActor,
      input: CreateLegacyContainer,
      signal: AbortSignal,
    ): Promise<LegacyContainerCreated> {
      const name = `Container ${randomBytes(4).toString('hex')}`
      // Under the key of the request only the answer of the whole is kept.
      const { requestKey: _, ...creator } = actor
      const created = await environments.createEnvironment(creator, { name, ...input })
      const owner: UserActor = { ...creator, userId: created.userId }
      try {
        const { containerId } = await waitUntilRunning(owner, created, signal)
        const session = await sessions.createSession(owner, {
          environmentId: created.id,
          workingDirectory: '/workspace',
        })
        if (signal.aborted) throw notInTime('Nobody waits for the container any more.')
        return { sessionId: session.id, containerId }
      } catch (error) {
        await lifecycle.deleteEnvironment(owner, created.id)
        throw error
      }
    },

    /** Newest first, whether they run or not; only those that have, or had, a container. */
    async listContainers(
      actor: UserActor,
      { userId = actor.userId }: LegacyContainerQuery,
    ): Promise<LegacyContainer[]> {
      if (userId !== actor.userId && actor.role !== 'admin') {
        throw new AppError('not_found', `There is no user "${userId}" that you can see.`)
      }
      const rows = await db
        .selectFrom('environments')
        .selectAll()
        .where('user_id', '=', userId)
        .where('container_id', 'is not', null)
        .orderBy('created_at', 'desc')
        .execute()
      return rows.flatMap((row) => (row.container_id === null ? [] : [present(row, row.container_id)]))
    },

    /** Answers when its environment is stopped; its files stay. One that is stopped already is success. */
    async stopContainer(actor: UserActor, containerId: string, signal: AbortSignal): Promise<void> {
      const { requestKey: _, ...owner } = actor
      for (const { id } of await findOwn(actor, containerId)) {
        const environment = await lifecycle.stopEnvironment(owner, id)
        if (environment.status === 'stopped' || !environment.operation) continue
        const isOver = await operations.waitForOperation(environment.operation, maxWaitSeconds, signal)
        const { status, statusReason } = await environments.getEnvironment(owner, id)
        if (status === 'stopped') continue
        const why = isOver ? statusReason : `It was asked to stop and has not done so within ${maxWaitSeconds} s.`
        throw notInTime(`The container "${containerId}" still is "${status}". ${why ?? ''}`.trim())
      }
    },
  }

  async function waitUntilRunning(
    owner: UserActor,
    { id, operation }: Environment,
    signal: AbortSignal,
  ): Promise<{ containerId: string }> {
    const isOver = operation ? await operations.waitForOperation(operation, maxWaitSeconds, signal) : true
    const { status, statusReason, containerId } = await environments.getEnvironment(owner, id)
    if (status === 'running' && containerId !== null) return { containerId }
    const why = isOver ? statusReason : `It did not run within ${maxWaitSeconds} s.`
    throw notInTime(`The container could not be created and was removed again. ${why ?? ''}`.trim())
  }

  /** By the whole id or by its beginning. Several rows share one only when the previous generation wrote it twice. */
  async function findOwn(actor: UserActor, containerId: string): Promise<EnvironmentRow[]> {
    const mayBeShort = containerId.length >= shortIdLength
    const rows = await db
      .selectFrom('environments')
      .selectAll()
      .where('user_id', '=', actor.userId)
      .where(({ eb, or }) =>
        or([
          eb('container_id', '=', containerId),
          ...(mayBeShort ? [sql<boolean>`starts_with(container_id, ${containerId})`] : []),
        ]),
      )
      .execute()
    const exact = rows.filter((row) => row.container_id === containerId)
    const found = exact.length > 0 ? exact : rows
    if (new Set(found.map((row) => row.container_id)).size === 1) return found
    const detail = found.length === 0 ? 'There is no container' : 'More than one container begins with'
    throw new AppError('not_found', `${detail} "${containerId}".`)
  }

  function present(row: EnvironmentRow, containerId: string): LegacyContainer {
    const { name, labels } = runtime.describeContainer(row.id, row.generation)
    return {
      Id: containerId,
      Names: [name],
      Status: dockerStatus[EnvironmentStatus.parse(row.status)],
      Labels: labels,
    }
  }
}

function notInTime(detail: string): AppError {
  return new AppError('engine_unavailable', detail, { retryAfterSeconds: 30 })
}
