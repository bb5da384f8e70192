/** Rows to the shapes of the contract. No row leaves the server in another way. */
import {
  DesiredState,
  EnvironmentStatus,
  OperationError,
  OperationKind,
  OperationState,
  OperationStep,
  SessionStatus,
  type Environment,
  type Operation,
  type Session,
} from '@craftastic/contract'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Environments, Operations, Sessions } from './database-types.ts'

export type EnvironmentRow = Selectable<Environments>
export type SessionRow = Selectable<Sessions>
export type OperationRow = Selectable<Operations>

const Steps = z.array(OperationStep)

export function presentEnvironment(row: EnvironmentRow): Environment {
  return {
    id: row.id,
    userId: row.user_id,
    name: row.name,
    repositoryUrl: row.repository_url,
    branch: row.branch,
    containerId: row.container_id,
    status: EnvironmentStatus.parse(row.status),
    statusReason: row.status_reason,
    desiredState: DesiredState.parse(row.desired_state),
    image: row.image,
    memoryBytes: row.memory_bytes,
    cpuLimit: row.cpu_limit,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    lastActivityAt: row.last_activity_at?.toISOString() ?? null,
  }
}

/** `currentCommand` is left out where tmux was not asked. */
export function presentSession(row: SessionRow, currentCommand?: string | null): Session {
  return {
    id: row.id,
    environmentId: row.environment_id,
    name: row.name,
    tmuxSessionName: row.tmux_session_name,
    workingDirectory: row.working_directory,
    status: SessionStatus.parse(row.status),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    lastActivity: row.last_activity?.toISOString() ?? null,
    ...(currentCommand === undefined ? {} : { currentCommand }),
  }
}

export function presentOperation(row: OperationRow): Operation {
  return {
    id: row.id,
    environmentId: row.environment_id,
    kind: OperationKind.parse(row.kind),
    state: OperationState.parse(row.state),
    steps: Steps.parse(row.steps),
    error: OperationError.nullable().parse(row.error),
    requestedBy: row.requested_by,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
