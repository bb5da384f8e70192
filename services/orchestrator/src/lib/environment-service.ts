/**
 * The verbs on environments. Each writes rows and a job in one transaction and returns; the work itself is done by
 * `jobs/`. Reads never wake, create or change anything.
 */
import type { CreateEnvironment, Environment, Operation } from '@craftastic/contract'
import { generateSshKeyPair } from '../services/ssh-keys.ts'
import type { UserActor } from './actor.ts'
import { isUniqueViolation, type Database } from './database.ts'
import { lockOwnEnvironment, requireEnvironment } from './environment-access.ts'
import { storeEnvironmentKeys } from './environment-keys.ts'
import { changeStatus } from './environment-state.ts'
import { AppError } from './errors.ts'
import { appendEvent } from './event-log.ts'
import { checkRepositoryUrl, type GitHosts } from './git-hosts.ts'
import { beginOperation, findNewestOperations } from './operation-log.ts'
import { presentEnvironment, presentSession } from './present.ts'
import { branchWithoutRepository, defaultBranch } from './repository.ts'
import type { SecretBox } from './secret-box.ts'

export type EnvironmentServiceOptions = {
  db: Database
  secretBox: SecretBox
  gitHosts: GitHosts
  sandbox: { image: string; allowedImages: readonly string[]; memoryBytes: number; cpuLimit: number }
}

export type EnvironmentService = ReturnType<typeof createEnvironmentService>

export function createEnvironmentService({ db, secretBox, gitHosts, sandbox }: EnvironmentServiceOptions) {
  return {
    /** Answers the environment in `starting`, with the operation that makes it. */
    async createEnvironment(actor: UserActor, input: CreateEnvironment): Promise<Environment> {
      const ownerId = await requireOwner(actor, input.userId)
      const repositoryUrl = input.repositoryUrl === undefined ? null : allowedRepository(input.repositoryUrl)
      const image = allowedImage(input.image)
      const keys = { client: generateSshKeyPair('craftastic'), host: generateSshKeyPair('craftastic host') }
      try {
        return await db.transaction().execute(async (trx) => {
          const row = await trx
            .insertInto('environments')
            .values({
              user_id: ownerId,
              name: input.name,
              repository_url: repositoryUrl,
              branch: repositoryUrl === null ? branchWithoutRepository : (input.branch ?? defaultBranch),
              status: 'starting',
              desired_state: 'running',
              image,
              memory_bytes: sandbox.memoryBytes,
              cpu_limit: sandbox.cpuLimit,
            })
            .returningAll()
            .executeTakeFirstOrThrow()
          await storeEnvironmentKeys({ environmentId: row.id, ownerId }, keys, secretBox, trx)
          const environment = presentEnvironment(row)
          await appendEvent({ type: 'status', environmentId: row.id, environment }, ownerId, trx)
          return { ...environment, sessions: [], operation: await beginOperation(row, 'create', actor, trx) }
        })
      } catch (error) {
        if (!isUniqueViolation(error, 'environments_user_id_name_key')) throw error
        throw new AppError('name_taken', `You already have an environment named "${input.name}". Choose another name.`)
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

    /** Starts an environment in `error` again; the workspace, once it was cloned, is kept as it is. */
    async retryEnvironment(actor: UserActor, environmentId: string): Promise<Environment> {
      return db.transaction().execute(async (trx) => {
        const row = await lockOwnEnvironment(actor, environmentId, trx)
        if (row.status !== 'error') {
          throw new AppError(
            'environment_busy',
            `The environment is "${row.status}"; only one in error can be retried.`,
          )
        }
        const change = { status: 'starting', reason: null, desiredState: 'running' } as const
        const environment = presentEnvironment(await changeStatus(row, change, trx))
        return { ...environment, operation: await beginOperation(row, 'retry', actor, trx) }
      })
    },

    /** Final: whatever runs for the environment is cut short. Asking again answers the operation under way. */
    async deleteEnvironment(actor: UserActor, environmentId: string): Promise<Operation> {
      return db.transaction().execute(async (trx) => {
        const row = await lockOwnEnvironment(actor, environmentId, trx)
        if (row.status === 'deleting') {
          const underWay = (await findNewestOperations([environmentId], trx)).get(environmentId)
          if (underWay !== undefined) return underWay
        }
        await changeStatus(row, { status: 'deleting', reason: null, desiredState: 'deleted' }, trx)
        return beginOperation(row, 'delete', actor, trx)
      })
    },
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

  function allowedRepository(repositoryUrl: string): string {
    const checked = checkRepositoryUrl(repositoryUrl, gitHosts)
    if ('url' in checked) return checked.url
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
      sessions: sessions.filter((row) => row.environment_id === environment.id).map((row) => presentSession(row)),
    }))
  }
}
