/** What the fake Coolify does when it is asked about applications. */
import { answer, invalid, notFound, presentApplication } from './answers.ts'
import { queueDeployment } from './life.ts'
import type { FakeHandler, FakeRequest } from './request.ts'
import { newUuid, type FakeApplication, type FakeWorld } from './world.ts'

/** Coolify's own rules of form (ValidGitBranch, ValidGitRepositoryUrl, keys of variables), which it refuses by itself. */
const branchPattern = /^(?!HEAD$)[A-Za-z0-9_./-]+$/
const repositoryPattern = /^(https?:\/\/|git:\/\/|git@)[A-Za-z0-9][^+%=#?]*$|^[\w.-]+\/[\w.-]+$/
const keyPattern = /^[A-Za-z_][A-Za-z0-9_.]*$/

export const applicationRoutes: Record<string, FakeHandler> = {
  'list-applications': ({ world }) => answer(world.applications.map(presentApplication)),
  'get-application-by-uuid': ({ app }) =>
    app === undefined ? notFound('Application') : answer(presentApplication(app)),

  'create-public-application': (request) => createApplication(request),
  'create-private-github-app-application': (request) =>
    request.body.github_app_uuid === request.world.githubAppUuid ? createApplication(request) : notFound('Github App'),
  'create-private-deploy-key-application': (request) =>
    request.body.private_key_uuid === request.world.privateKeyUuid
      ? createApplication(request)
      : notFound('Private Key'),

  'update-application-by-uuid': ({ world, app, body }) => {
    if (app === undefined) return notFound('Application')
    const refused = checkFields(world, body, app)
    if (refused !== null) return refused
    Object.assign(app, readFields(body))
    return answer({ uuid: app.uuid })
  },

  'update-envs-by-application-uuid': ({ app, body }) => {
    if (app === undefined) return notFound('Application')
    const items = Array.isArray(body.data) ? body.data.filter(isRecord) : []
    if (items.length === 0) return answer({ message: 'Bulk data is required.' }, 400)
    for (const item of items) {
      const key = String(item.key)
      // One by one: what came before a wrong one is kept.
      if (!keyPattern.test(key)) return invalid({ key: ['The key format is invalid.'] })
      const existing = app.envs.find((env) => env.key === key)
      const missing = ['is_multiline', 'is_shown_once'].some((flag) => item[flag] === undefined)
      if (existing !== undefined && (existing.isMultiline || existing.isShownOnce) && missing) {
        return answer({ message: 'SQLSTATE[23502]: Not null violation' }, 500)
      }
      const env = {
        key,
        value: typeof item.value === 'string' ? item.value : '',
        isPreview: item.is_preview === true,
        isLiteral: item.is_literal === true,
        isMultiline: item.is_multiline === true,
        isShownOnce: item.is_shown_once === true,
      }
      app.envs = [...app.envs.filter((other) => other.key !== key), env]
    }
    return answer(
      items.map(({ key, value }) => ({ key, value })),
      201,
    )
  },

  'get-application-logs-by-uuid': ({ app }) => {
    if (app === undefined) return notFound('Application')
    if (!app.status.startsWith('running')) return answer({ message: 'Application is not running.' }, 400)
    return answer({ logs: `${app.name} listens on port ${app.portsExposes}\n` })
  },

  'stop-application-by-uuid': ({ app }) => {
    if (app === undefined) return notFound('Application')
    app.status = 'exited:unhealthy'
    return answer({ message: 'Application stopping request queued.' })
  },

  'list-servers': ({ world }) =>
    answer([
      {
        uuid: world.serverUuid,
        name: 'localhost',
        description: null,
        ip: 'host.docker.internal',
        user: 'root',
        port: 22,
        is_reachable: true,
        is_usable: true,
        settings: {},
      },
    ]),
  'list-server-destinations': ({ world, parameters }) => {
    if (parameters.server_uuid !== world.serverUuid) return notFound('Server')
    const rows = world.destinationUuids.map((uuid, index) => ({
      uuid,
      name: `network-${index}`,
      network: 'coolify',
      type: 'standalone',
      server_uuid: world.serverUuid,
    }))
    return answer(rows)
  },
  'list-projects': ({ world }) => answer([{ id: 1, uuid: world.projectUuid, name: 'Website', description: null }]),
  'get-environments': ({ world, parameters }) =>
    parameters.uuid === world.projectUuid ? answer(world.environments) : notFound('Project'),
  'list-github-apps': ({ world }) =>
    answer([{ id: 1, uuid: world.githubAppUuid, name: 'acme', organization: 'acme', is_public: false }]),
  'list-private-keys': ({ world }) =>
    answer([
      {
        id: 1,
        uuid: world.privateKeyUuid,
        name: 'deploy',
        public_key: 'ssh-ed25519 AAAA deploy',
        fingerprint: 'SHA256:abc',
        is_git_related: true,
      },
    ]),
}

function createApplication({ world, body }: FakeRequest) {
  const environment = world.environments.find(
    ({ uuid, name }) => uuid === body.environment_uuid || name === body.environment_name,
  )
  if (body.project_uuid !== world.projectUuid) return notFound('Project')
  if (environment === undefined) return notFound('Environment')
  if (body.server_uuid !== world.serverUuid) return notFound('Server')
  if (world.destinationUuids.length > 1 && !world.destinationUuids.includes(String(body.destination_uuid))) {
    return answer({ message: 'Server has multiple destinations and you do not set destination_uuid.' }, 400)
  }
  const refused = checkFields(world, body)
  if (refused !== null) return refused
  const app: FakeApplication = {
    ...newApplication(String(body.git_repository), String(body.git_branch)),
    ...readFields(body),
    isAutoDeployEnabled: body.is_auto_deploy_enabled !== false,
  }
  world.applications.push(app)
  // Nobody is told of it.
  if (body.instant_deploy === true) queueDeployment(world, app, { isApi: true })
  return answer({ uuid: app.uuid, domains: app.domains.length === 0 ? null : app.domains.join(',') }, 201)
}

export function newApplication(gitRepository: string, gitBranch: string): FakeApplication {
  const uuid = newUuid()
  return {
    uuid,
    name: `${gitRepository.split('/').at(-1) ?? 'app'}:${gitBranch}-${uuid}`,
    status: 'exited:unhealthy',
    gitRepository,
    gitBranch,
    gitCommitSha: 'HEAD',
    buildPack: 'nixpacks',
    portsExposes: '3000',
    domains: [],
    isAutoDeployEnabled: true,
    envs: [],
    images: [],
  }
}

function checkFields(world: FakeWorld, body: Record<string, unknown>, self?: FakeApplication) {
  const { name, git_branch: branch, git_repository: repository, domains } = body
  if (typeof name === 'string' && name.length > 255) return invalid({ name: 'The name must not be longer than 255.' })
  if (typeof branch === 'string' && !branchPattern.test(branch)) {
    return invalid({ git_branch: ['The git_branch contains invalid characters.'] })
  }
  if (typeof repository === 'string' && !repositoryPattern.test(repository)) {
    return invalid({ git_repository: ['The git_repository must be a valid URL.', 'It must not point to this server.'] })
  }
  if (typeof domains !== 'string') return null
  const wanted = domains.split(',')
  const wrong = wanted.filter((domain) => !/^https?:\/\/[\w.-]+/.test(domain))
  if (wrong.length > 0) return invalid(wrong.map((domain) => `Invalid domain: ${domain}`))
  const conflicts = wanted.flatMap((domain) => {
    const other = world.applications.find((app) => app !== self && app.domains.includes(domain))
    if (other === undefined) return []
    const resource = { resource_name: other.name, resource_uuid: other.uuid, resource_type: 'application' }
    return [{ domain, ...resource, message: `Domain ${domain} is already in use by application '${other.name}'` }]
  })
  if (conflicts.length === 0 || body.force_domain_override === true) return null
  const message = 'Domain conflicts detected. Use force_domain_override=true to proceed.'
  return answer(
    { message, warning: 'Using the same domain for several resources can cause conflicts.', conflicts },
    409,
  )
}

function readFields(body: Record<string, unknown>): Partial<FakeApplication> {
  const fields = {
    name: body.name,
    gitRepository: body.git_repository,
    gitBranch: body.git_branch,
    gitCommitSha: body.git_commit_sha,
    buildPack: body.build_pack,
    portsExposes: body.ports_exposes,
    domains: typeof body.domains === 'string' ? body.domains.split(',') : undefined,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
