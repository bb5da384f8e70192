/** Deployments as rows, and as what is told of them. */
import {
  DeploymentErrorCode,
  DeploymentKind,
  DeploymentStatus,
  DeploymentTrouble,
  isDeploymentEnded,
  type Deployment,
} from '@craftastic/contract'
import { sql, type Kysely, type Selectable } from 'kysely'
import { z } from 'zod'
import type { DB } from './database-types.ts'

export type DeploymentRow = Selectable<DB['deployments']>

/** What the column `metadata` holds: what no rule asks for. Rows of before have an empty one. */
const StoredMetadata = z.object({
  kind: DeploymentKind.default('deploy'),
  applicationName: z.string().nullable().default(null),
  branch: z.string().nullable().default(null),
  changesBranch: z.boolean().default(false),
  force: z.boolean().default(false),
  rollbackTag: z.string().nullable().default(null),
  redeployOf: z.uuid().nullable().default(null),
  commit: z.string().nullable().default(null),
  commitMessage: z.string().nullable().default(null),
  adopted: z.boolean().default(false),
  url: z.string().nullable().default(null),
  logsReadable: z.boolean().default(true),
  trouble: DeploymentTrouble.nullable().default(null),
  error: z.object({ code: DeploymentErrorCode, reason: z.string() }).nullable().default(null),
})
export type StoredMetadata = z.infer<typeof StoredMetadata>

export function readMetadata(row: Pick<DeploymentRow, 'metadata'>): StoredMetadata {
  return StoredMetadata.parse(row.metadata)
}

/** The metadata of a new one. */
export function newMetadata(known: Partial<StoredMetadata>): StoredMetadata {
  return StoredMetadata.parse(known)
}

export function presentDeployment(row: DeploymentRow): Deployment {
  return {
    id: row.id,
    environmentId: row.environment_id,
    appId: row.app_id,
    status: DeploymentStatus.parse(row.status),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    metadata: {
      ...readMetadata(row),
      coolifyDeploymentId: row.coolify_deployment_id,
      startedAt: row.started_at?.toISOString() ?? null,
      endedAt: row.ended_at?.toISOString() ?? null,
      cancelRequestedAt: row.cancel_requested_at?.toISOString() ?? null,
      lastSequence: row.last_sequence,
    },
  }
}

export function hasEnded(row: Pick<DeploymentRow, 'status'>): boolean {
  return isDeploymentEnded(DeploymentStatus.parse(row.status))
}

/** Those that have not ended, and those whose last lines are still to come; oldest first. */
export function findFollowedDeployments(db: Kysely<DB>): Promise<DeploymentRow[]> {
  const isFollowed = sql<boolean>`status in ('pending', 'queued', 'in_progress') or log_reads_left > 0`
  return db.selectFrom('deployments').selectAll().where(isFollowed).orderBy('created_at').execute()
}
