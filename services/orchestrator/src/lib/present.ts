/** Rows to the shapes of the contract. No row leaves the server in another way. */
import {
  DesiredState,
  EnvironmentStatus,
  OperationError,
  OperationKind,
  OperationState,
  OperationStep,
  recordingStart,
  SessionStatus,
  type Environment,
  type Operation,
  type Session,
} from '@craftastic/contract'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { TmuxSession } from '../services/tmux.ts'
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
    diskBytes: row.disk_bytes,
    idleStopMinutes: row.idle_stop_minutes,
    awakeReason: row.awake_reason,
    idleStopAt: idleStopAt(row)?.toISOString() ?? null,
    heldUntil: row.held_until?.toISOString() ?? null,
  }
}

/** Null while nothing will stop it: it is not watched, or something keeps it awake. */
export function idleStopAt(row: Pick<EnvironmentRow, 'idle_stop_minutes' | 'idle_since' | 'held_until'>): Date | null {
  if (row.idle_stop_minutes === null || row.idle_since === null) return null
  const dueMs = row.idle_since.getTime() + row.idle_stop_minutes * 60_000
  return new Date(Math.max(dueMs, row.held_until?.getTime() ?? 0))
}

/** What runs in it is left out where tmux was not asked; null: tmux does not know it. */
export function presentSession(row: SessionRow, seen?: TmuxSession | null): Session {
  return {
    id: row.id,
    environmentId: row.environment_id,
    name: row.name,
    tmuxSessionName: row.tmux_session_name,
    workingDirectory: row.working_directory,
    branch: row.branch,
    status: SessionStatus.parse(row.status),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    lastActivity: row.last_activity?.toISOString() ?? null,
    restoredAt: row.restored_at?.toISOString() ?? null,
    ...(seen === undefined ? {} : presentActivity(seen)),
  }
}

type SessionActivity = Pick<Session, 'currentCommand' | 'currentDirectory' | 'title' | 'recordingSince'>

function presentActivity(seen: TmuxSession | null): SessionActivity {
  return {
    currentCommand: seen?.currentCommand ?? null,
    currentDirectory: seen?.currentDirectory ?? null,
    title: seen?.title ?? null,
    recordingSince: recordingSince(seen),
  }
}

/** Since when a session is being recorded; null: it is not. */
export function recordingSince(seen: TmuxSession | null): string | null {
  const fileName = seen?.recording ?? null
  return fileName === null ? null : (recordingStart(fileName)?.toISOString() ?? null)
}

/** In an environment that does not run, whatever was seen last. */
export function presentEndedSession(row: SessionRow): Session {
  return { ...presentSession(row), status: 'dead' }
}

/** `queuePosition` is for one that waits in line. */
export function presentOperation(row: OperationRow, queuePosition: number | null = null): Operation {
  return {
    id: row.id,
    environmentId: row.environment_id,
    kind: OperationKind.parse(row.kind),
    state: OperationState.parse(row.state),
    steps: Steps.parse(row.steps),
    error: OperationError.nullable().parse(row.error),
    requestedBy: row.requested_by,
    queuePosition,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    deadlineAt: row.deadline_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}
