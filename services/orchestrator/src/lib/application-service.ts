/** The verbs on the applications of the Coolify that this server is connected to. */
import type {
  Application,
  ApplicationChoices,
  ApplicationList,
  CreateApplication,
  DeploymentConnection,
  DestinationList,
  ProjectEnvironmentList,
  RollbackImageList,
} from '@craftastic/contract'
import type { CoolifyApplication } from '../services/coolify-answers.ts'
import type { CoolifyClient, CoolifyNamed, CoolifySource } from '../services/coolify-client.ts'
import { CoolifyError } from '../services/coolify-error.ts'
import type { UserActor } from './actor.ts'
import {
  findMadeApplications,
  isDeployable,
  requireCoolify,
  requireDeployable,
  requireRepositoryUrl,
} from './application-access.ts'
import { appendAudit } from './audit-log.ts'
import { askCoolify, describeRefusal, isTokenRefused } from './coolify-problems.ts'
import type { Database } from './database.ts'
import { checkBranch } from './deploy-check.ts'
import { requireEnvironment } from './environment-access.ts'
import type { EnvironmentReach } from './environment-reach.ts'
import { AppError } from './errors.ts'
import { keepAnswer } from './idempotency.ts'
import { repositoryPath } from './repository-identity.ts'

export type ApplicationServiceOptions = { db: Database; coolify: CoolifyClient | null; reach: EnvironmentReach }
export type ApplicationService = ReturnType<typeof createApplicationService>

export function createApplicationService({ db, coolify, reach }: ApplicationServiceOptions) {
  return {
    /** Never fails: what is wrong is the answer. */
    async getDeploymentConnection(): Promise<DeploymentConnection> {
      if (coolify === null) return { state: 'not_configured', url: null, version: null, reason: null }
      const url = new URL(coolify.apiUrl).origin
      try {
        return { state: 'connected', url, version: await coolify.version(), reason: null }
      } catch (error) {
        if (!(error instanceof CoolifyError)) throw error
        if (isTokenRefused(error)) return { state: 'refused', url, version: null, reason: describeRefusal(error) }
        const state = error.code === 'network' ? 'unreachable' : 'unusable'
        return { state, url, version: null, reason: error.message }
      }
    },

    /** @param environmentId Null is all that the server's token can see. */
    async listApplications(actor: UserActor, environmentId: string | null): Promise<ApplicationList> {
      const client = requireCoolify(coolify)
      const environment = environmentId === null ? null : await requireEnvironment(actor, environmentId, db)
      const applications = await askCoolify(client.listApplications())
      const shown = environment === null ? applications : await onlyDeployable(environment)
      return { applications: shown.map(presentApplication).sort((one, other) => one.name.localeCompare(other.name)) }

      async function onlyDeployable({ id, repository_url: repositoryUrl }: NonNullable<typeof environment>) {
        if (repositoryUrl === null) return []
        const made = await findMadeApplications(id, db)
        return applications.filter((application) => isDeployable(application, repositoryUrl, made))
      }
    },

    /** @throws AppError no_repository | deployment_refused | coolify_unavailable, after which it may exist */
    async createApplication(actor: UserActor, input: CreateApplication): Promise<Application> {
      const client = requireCoolify(coolify)
      const environment = await requireEnvironment(actor, input.environmentId, db)
      const repositoryUrl = requireRepositoryUrl(environment)
      const branch = input.branch ?? (await checkBranch(environment, null, reach)).branch
      requireBuildable(branch)
      const { uuid } = await askCoolify(
        client.createApplication(toCoolifySource(input.source), {
          name: input.name ?? environment.name,
          projectUuid: input.projectId,
          environment: { uuid: input.projectEnvironmentId },
          serverUuid: input.serverId,
          ...(input.destinationId === undefined ? {} : { destinationUuid: input.destinationId }),
          gitRepository: toCoolifyRepository(repositoryUrl, input.source),
          gitBranch: branch,
          buildPack: input.buildPack,
          portsExposes: String(input.port),
          ...(input.baseDirectory === undefined ? {} : { baseDirectory: input.baseDirectory }),
        }),
      )
      const made = await client.getApplication(uuid).catch(() => null)
      const application = presentApplication(made ?? unseenApplication(uuid))
      await db.transaction().execute(async (trx) => {
        await trx
          .insertInto('environment_applications')
          .values({ environment_id: environment.id, app_id: uuid })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        const audit = { userId: actor.userId, environmentId: environment.id, target: `application ${uuid}` }
        await appendAudit({ ...audit, action: 'application.create', result: 'done', details: { branch } }, trx)
        await keepAnswer(actor, application, trx)
      })
      return application

      /** It is there, only Coolify did not tell of it. */
      function unseenApplication(uuid: string): CoolifyApplication {
        const name = input.name ?? environment.name
        const gitRepository = toCoolifyRepository(repositoryUrl, input.source)
        const unknown = { status: null, domains: [], pinnedCommit: null }
        return { uuid, name, gitRepository, gitBranch: branch, buildPack: input.buildPack, ...unknown }
      }
    },

    async listApplicationChoices(): Promise<ApplicationChoices> {
      const client = requireCoolify(coolify)
      const [servers, projects, githubApps, privateKeys] = await askCoolify(
        Promise.all([client.listServers(), client.listProjects(), client.listGithubApps(), client.listPrivateKeys()]),
      )
      return {
        servers: servers.map((server) => ({ ...presentChoice(server), usable: server.isUsable !== false })),
        projects: projects.map(presentChoice),
        githubApps: githubApps.map(presentChoice),
        privateKeys: privateKeys.map(presentChoice),
      }
    },

    async listProjectEnvironments(projectId: string): Promise<ProjectEnvironmentList> {
      const environments = await askCoolify(requireCoolify(coolify).listEnvironments(projectId))
      return { projectEnvironments: environments.map(presentChoice) }
    },

    async listDestinations(serverId: string): Promise<DestinationList> {
      const destinations = await askCoolify(requireCoolify(coolify).listDestinations(serverId))
      return { destinations: destinations.map(presentChoice) }
    },

    async listRollbackImages(actor: UserActor, environmentId: string, appId: string): Promise<RollbackImageList> {
      const client = requireCoolify(coolify)
      const environment = await requireEnvironment(actor, environmentId, db)
      await requireDeployable(environment, appId, client, db)
      const images = await askCoolify(client.rollbackImages(appId))
      return { images: images.map(({ tag, createdAt, isCurrent }) => ({ tag, createdAt, current: isCurrent })) }
    },
  }
}

/** @throws AppError deployment_refused */
export function requireBuildable(branch: string): void {
  if (/^[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}$/.test(branch) && branch !== 'HEAD') return
  const detail = `Coolify builds branches whose names hold letters, digits, "_", ".", "/" and "-" only, and "${branch.slice(0, 200)}" is not one. Push it under another name.`
  throw new AppError('deployment_refused', detail, {
    errors: [{ pointer: '/branch', detail: 'has another character' }],
  })
}

function toCoolifySource(source: CreateApplication['source']): CoolifySource {
  if (source.kind === 'public') return source
  if (source.kind === 'github_app') return { kind: 'github-app', githubAppUuid: source.githubAppId }
  return { kind: 'deploy-key', privateKeyUuid: source.privateKeyId }
}

/** Each way of reading a repository wants its own way of writing it. */
function toCoolifyRepository(repositoryUrl: string, { kind }: CreateApplication['source']): string {
  const path = repositoryPath(repositoryUrl)
  if (kind === 'public' || path === null) return repositoryUrl
  return kind === 'github_app' ? path : `git@${new URL(repositoryUrl).hostname}:${path}.git`
}

function presentApplication(application: CoolifyApplication): Application {
  return {
    id: application.uuid,
    name: application.name,
    repository: application.gitRepository,
    branch: application.gitBranch,
    pinnedCommit: application.pinnedCommit,
    buildPack: application.buildPack,
    status: application.status,
    urls: application.domains,
  }
}

function presentChoice({ uuid, name, description }: CoolifyNamed) {
  return { id: uuid, name, description }
}
