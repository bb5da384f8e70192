/** Writes a deployment down together with the job that sends it: both or neither. */
import type { DeploymentAccepted } from '@craftastic/contract'
import type { UserActor } from './actor.ts'
import { jsonb, type Database } from './database.ts'
import type { StoredMetadata } from './deployment-row.ts'
import { auditDeployment, tellDeployment } from './deployment-state.ts'
import { lockOwnEnvironment } from './environment-access.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import { enqueueDeployment } from './job-queue.ts'

export type NewDeployment = { environmentId: string; appId: string; metadata: StoredMetadata }

/**
 * One that waits will build whatever the branch has when its turn comes, so a second one beside it has nothing to add.
 * @throws AppError deployment_waiting
 */
export async function beginDeployment(
  actor: UserActor,
  { environmentId, appId, metadata }: NewDeployment,
  db: Database,
): Promise<DeploymentAccepted> {
  return db.transaction().execute(async (trx) => {
    // The lock lets two requests at once see each other.
    await lockOwnEnvironment(actor, environmentId, trx)
    const waiting = await trx
      .selectFrom('deployments')
      .select(['id', 'status'])
      .where('environment_id', '=', environmentId)
      .where('app_id', '=', appId)
      .where('status', 'in', ['pending', 'queued'])
      .executeTakeFirst()
    if (waiting !== undefined) {
      const detail = `The deployment "${waiting.id}" of this application is "${waiting.status}" and has not begun yet. Wait for it, or cancel it first.`
      throw new AppError('deployment_waiting', detail)
    }
    const row = await trx
      .insertInto('deployments')
      .values({
        environment_id: environmentId,
        app_id: appId,
        status: 'pending',
        requested_by: actor.userId,
        metadata: jsonb(metadata),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await enqueueDeployment('send_deployment', row, trx)
    const { kind, branch, rollbackTag, force } = metadata
    await auditDeployment(row, kind, { result: 'begun', details: { branch, rollbackTag, force } }, trx)
    const deployment = await tellDeployment(row, trx)
    const accepted: DeploymentAccepted = { deploymentId: row.id, status: deployment.status, deployment }
    await keepAnswer(actor, accepted, trx)
    return accepted
  })
}
