/**
 * Which applications an environment may deploy: those that build its repository, and those that were made from it. The
 * server's token sees more than that, and a user must not reach the rest through it.
 */
import type { Kysely } from 'kysely'
import type { CoolifyApplication } from '../services/coolify-answers.ts'
import type { CoolifyClient } from '../services/coolify-client.ts'
import { askCoolify } from './coolify-problems.ts'
import type { DB } from './database-types.ts'
import { AppError } from './errors.ts'
import type { EnvironmentRow } from './present.ts'
import { isSameRepository } from './repository-identity.ts'

/** @throws AppError deployment_not_configured */
export function requireCoolify(coolify: CoolifyClient | null): CoolifyClient {
  if (coolify !== null) return coolify
  const detail = 'This server deploys nothing: its operator sets COOLIFY_API_URL and COOLIFY_API_TOKEN.'
  throw new AppError('deployment_not_configured', detail)
}

/** @throws AppError no_repository */
export function requireRepositoryUrl({ name, repository_url: url }: EnvironmentRow): string {
  if (url !== null) return url
  const detail = `The environment "${name}" was made without a repository, so Coolify has nothing to build.`
  throw new AppError('no_repository', detail)
}

/** @throws AppError not_found | application_not_of_environment */
export async function requireDeployable(
  environment: EnvironmentRow,
  appId: string,
  coolify: CoolifyClient,
  db: Kysely<DB>,
): Promise<CoolifyApplication> {
  const repositoryUrl = requireRepositoryUrl(environment)
  const application = await askCoolify(coolify.getApplication(appId))
  if (application === null) throw new AppError('not_found', `Coolify has no application "${appId}".`)
  const made = await findMadeApplications(environment.id, db)
  if (isDeployable(application, repositoryUrl, made)) return application
  const detail = `The application "${application.name}" builds ${application.gitRepository ?? 'no repository'}, and the environment is of ${repositoryUrl}. An environment deploys applications of its own repository.`
  throw new AppError('application_not_of_environment', detail)
}

export function isDeployable(
  { uuid, gitRepository }: CoolifyApplication,
  repositoryUrl: string,
  made: ReadonlySet<string>,
): boolean {
  return made.has(uuid) || (gitRepository !== null && isSameRepository(gitRepository, repositoryUrl))
}

/** Ids of the applications that were made from the environment. */
export async function findMadeApplications(environmentId: string, db: Kysely<DB>): Promise<ReadonlySet<string>> {
  const query = db.selectFrom('environment_applications').select('app_id').where('environment_id', '=', environmentId)
  return new Set((await query.execute()).map((row) => row.app_id))
}
