/**
 * Making, reading and describing environments. What makes one run or ends it is in `environment-lifecycle.ts`. Reads
 * never wake, create or change anything.
 */
import {
  isSshRepository,
  type CreateEnvironment,
  type Environment,
  type Operation,
  type OperationListQuery,
  type UpdateEnvironment,
} from '@craftastic/contract'
import { sql, type Insertable } from 'kysely'
import type { UserActor } from './actor.ts'
import { addOperation } from './begin-operation.ts'
import type { CreateLine } from './create-line.ts'
import type { DB } from './database-types.ts'
import { isUniqueViolation, type Database, type Transaction } from './database.ts'
import { addDeployKey } from './deploy-keys.ts'
import type { DiskFloor } from './disk-floor.ts'
import { lockOwnEnvironment, requireEnvironment } from './environment-access.ts'
import { tellEnvironment } from './environment-state.ts'
import { AppError } from './errors.ts'
import { checkRepositoryUrl, type GitHosts } from './git-hosts.ts'
import { keepAnswer } from './idempotency.ts'
import { requireKeptWork } from './kept-work-rows.ts'
import { findNewestOperations, presentOperations } from './operation-log.ts'
import { presentEndedSession, presentEnvironment, presentSession } from './present.ts'
import { requireRoomToCreate, type Quotas } from './quotas.ts'
import { branchWithoutRepository, defaultBranch } from './repository.ts'
import type { SecretBox } from './secret-box.ts'

export type EnvironmentServiceOptions = {
  db: Database
  createLine: CreateLine
  gitHosts: GitHosts
  sandbox: { image: string; allowedImages: readonly string[]; memoryBytes: number; cpuLimit: number }
  quotas: Quotas
  diskFloor: DiskFloor
  secretBox: SecretBox
}

type NewEnvironment = Omit<Insertable<DB['environments']>, 'status' | 'desired_state'>

export type EnvironmentService = ReturnType<typeof createEnvironmentService>

export function createEnvironmentService(options: EnvironmentServiceOptions) {
  const { db, createLine, gitHosts, sandbox, quotas, diskFloor, secretBox } = options
  return {
    /** Answers the environment in `starting`, with the operation that makes it. */
    async createEnvironment(actor: UserActor, input: CreateEnvironment): Promise<Environment> {
      const ownerId = await requireOwner(actor, input.userId)
      const kept = input.keptWorkId === undefined ? null : await requireKept(actor, ownerId, input.keptWorkId)
      const wantedUrl = kept === null ? input.repositoryUrl : (kept.repository_url ?? undefined)
      const repositoryUrl = wantedUrl === undefined ? null : allowedRepository(wantedUrl)
      const image = allowedImage(input.image)
      await diskFloor.requireSpace()
      const { memoryBytes: memory_bytes, cpuLimit: cpu_limit } = sandbox
      const values = {
        user_id: ownerId,
        name: input.name,
        repository_url: repositoryUrl,
        branch: repositoryUrl === null ? branchWithoutRepository : (input.branch ?? defaultBranch),
        image,
        memory_bytes,
        cpu_limit,
        kept_work_id: kept?.id ?? null,
      }
      try {
        return await createLine.writeDown(() =>
          db.transaction().execute((trx) => insertEnvironment(actor, values, trx)),
        )
      } catch (error) {
        throw nameTaken(error, input.name)
      }
    },

    /** Newest first, with their sessions as they were last seen. */
    async listEnvironments(actor: UserActor, userId: string): Promise<Environment[]> {
      if (userId !== actor.userId) throw new AppError('not_found', `There is no user "${userId}" that you can see.`)
      const rows = await db
        .selectFrom('environments')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('created_at', 'desc')
        .execute()
      return withDetails(rows.map(presentEnvironment))
    },

    async getEnvironment(actor: UserActor, environmentId: string): Promise<Environment> {
      const row = await requireEnvironment(actor, environmentId, db)
      const [environment] = await withDetails([presentEnvironment(row)])
      return environment ?? presentEnvironment(row)
    },

    /** Newest first. */
    async listOperations(actor: UserActor, environmentId: string, page: OperationListQuery): Promise<Operation[]> {
      const { id } = await requireEnvironment(actor, environmentId, db)
      let query = db.selectFrom('operations').selectAll().where('environment_id', '=', id)
      if (page.before !== undefined) query = query.where('created_at', '<', new Date(page.before))
      return presentOperations(await query.orderBy('created_at', 'desc').limit(page.limit).execute(), db)
    },

    async updateEnvironment(actor: UserActor, environmentId: string, input: UpdateEnvironment): Promise<Environment> {
      const { name, idleStopMinutes } = input
      try {
        return await db.transaction().execute(async (trx) => {
          const { id } = await lockOwnEnvironment(actor, environmentId, trx)
          const updated = await trx
            .updateTable('environments')
            .set({
              ...(name === undefined ? {} : { name }),
              // What was seen under another rule does not count.
              ...(idleStopMinutes === undefined
                ? {}
                : { idle_stop_minutes: idleStopMinutes, idle_since: null, awake_reason: null }),
              updated_at: sql<Date>`now()`,
            })
            .where('id', '=', id)
            .returningAll()
            .executeTakeFirstOrThrow()
          await tellEnvironment(updated, trx)
          return presentEnvironment(updated)
        })
      } catch (error) {
        throw nameTaken(error, name)
      }
    },
  }

  async function insertEnvironment(actor: UserActor, values: NewEnvironment, trx: Transaction): Promise<Environment> {
    const row = await trx
      .insertInto('environments')
      .values({ ...values, status: 'starting', desired_state: 'running' })
      .returningAll()
      .executeTakeFirstOrThrow()
    // There from the start, so that it can be added at the host while the environment is made.
    if (row.repository_url !== null && isSshRepository(row.repository_url)) {
      await addDeployKey(row, actor.userId, secretBox, trx)
    }
    const operation = await addOperation(row, { kind: 'create', requestedBy: actor.userId }, trx)
    const answer = { ...presentEnvironment(row), sessions: [], operation }
    await keepAnswer(actor, answer, trx)
    await requireRoomToCreate(values.user_id, quotas, trx)
    return answer
  }

  async function requireOwner(actor: UserActor, userId: string | undefined): Promise<string> {
    if (userId === undefined || userId === actor.userId) return actor.userId
    if (actor.role !== 'admin') throw new AppError('not_allowed', 'Only an admin may create an environment for others.')
    const owner = await db
      .selectFrom('users')
      .select('id')
      .where('id', '=', userId)
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    if (owner === undefined) throw new AppError('not_found', `There is no active user "${userId}".`)
    return owner.id
  }

  /** Kept work is its owner's, also where an admin makes environments for others. */
  async function requireKept(actor: UserActor, ownerId: string, keptWorkId: string) {
    const kept = await requireKeptWork(actor, keptWorkId, db)
    if (ownerId !== actor.userId) throw new AppError('not_allowed', 'Kept work is brought back by its owner.')
    return kept
  }

  function allowedRepository(repositoryUrl: string): string {
    const checked = checkRepositoryUrl(repositoryUrl, gitHosts)
    if (!('refused' in checked)) return checked.url
    throw new AppError('repository_refused', `The repository URL ${checked.refused}.`)
  }

  function allowedImage(image: string | undefined): string {
    if (image === undefined) return sandbox.image
    if (sandbox.allowedImages.includes(image)) return image
    const allowed = sandbox.allowedImages.map((name) => `"${name}"`).join(', ')
    throw new AppError('image_refused', `The image "${image}" is not allowed here. Allowed: ${allowed}.`)
  }

  async function withDetails(environments: Environment[]): Promise<Environment[]> {
    if (environments.length === 0) return []
    const ids = environments.map((environment) => environment.id)
    const [operations, sessions] = await Promise.all([
      findNewestOperations(ids, db),
      db.selectFrom('sessions').selectAll().where('environment_id', 'in', ids).orderBy('created_at').execute(),
    ])
    return environments.map((environment) => ({
      ...environment,
      operation: operations.get(environment.id) ?? null,
      sessions: sessions
        .filter((row) => row.environment_id === environment.id)
        .map((row) => (environment.status === 'running' ? presentSession(row) : presentEndedSession(row))),
    }))
  }
}

function nameTaken(error: unknown, name: string | undefined): unknown {
  if (!isUniqueViolation(error, 'environments_user_id_name_key')) return error
  return new AppError('name_taken', `You already have an environment named "${name}". Choose another name.`)
}
