/** Applications in Coolify: what there is, making one, and changing how it is built. */
import { z } from 'zod'
import { Application, ApplicationLogs, Created, RollbackImages } from './coolify-answers.ts'
import type {
  CoolifyApplicationChanges,
  CoolifyClient,
  CoolifySource,
  NewCoolifyApplication,
} from './coolify-client.ts'
import type { CoolifyConnection } from './coolify-connection.ts'
import { CoolifyError } from './coolify-error.ts'
import { nullWhenMissing, requireUuid } from './coolify-paths.ts'
import { toPlainText } from './coolify-text.ts'
import { logAnswerBytes } from './coolify-transport.ts'

type Applications = Pick<
  CoolifyClient,
  | 'listApplications'
  | 'getApplication'
  | 'createApplication'
  | 'updateApplication'
  | 'upsertEnvs'
  | 'appLogs'
  | 'stop'
  | 'rollbackImages'
>

export function createCoolifyApplications(connection: CoolifyConnection): Applications {
  const remote = { timeoutMs: connection.timing.remoteRequestMs }

  return {
    async listApplications() {
      const call = { method: 'GET', path: '/applications', maxBytes: logAnswerBytes } as const
      return (await connection.ask(call, z.array(Application))).value
    },

    getApplication: (uuid) =>
      nullWhenMissing(async () => {
        const path = `/applications/${requireUuid(uuid)}`
        return (await connection.ask({ method: 'GET', path }, Application)).value
      }),

    async createApplication(source, input) {
      const body = {
        ...toSourceFields(source),
        ...toNewFields(input),
        ...toFields(input),
        // Otherwise pushes deploy, and a deployment begins now whose identifier nobody is told.
        is_auto_deploy_enabled: false,
        instant_deploy: false,
      }
      const path = `/applications/${createRoutes[source.kind]}`
      return (await connection.ask({ method: 'POST', path, body, ...remote }, Created)).value
    },

    async updateApplication(uuid, changes) {
      // A pinned commit wins over the branch.
      const pin = changes.gitBranch === undefined ? {} : { git_commit_sha: 'HEAD' }
      const body = { ...pin, ...toFields(changes) }
      if (Object.keys(body).length === 0) return
      await connection.send({ method: 'PATCH', path: `/applications/${requireUuid(uuid)}`, body })
    },

    async upsertEnvs(uuid, variables) {
      // Coolify refuses an empty list.
      if (variables.length === 0) return
      const data = variables.map(({ key, value, isPreview, isLiteral, isMultiline, isShownOnce }) => ({
        key,
        value,
        // A flag that is left out is reset, or breaks a variable that has it.
        is_preview: isPreview ?? false,
        is_literal: isLiteral ?? false,
        is_multiline: isMultiline ?? false,
        is_shown_once: isShownOnce ?? false,
      }))
      await connection.send({ method: 'PATCH', path: `/applications/${requireUuid(uuid)}/envs/bulk`, body: { data } })
    },

    async appLogs(uuid, lines) {
      const path = `/applications/${requireUuid(uuid)}/logs`
      const query = { lines: String(Math.min(Math.max(lines, 1), 10_000)) }
      try {
        const call = { method: 'GET', path, query, maxBytes: logAnswerBytes, ...remote } as const
        return toPlainText(connection.redact((await connection.ask(call, ApplicationLogs)).value))
      } catch (error) {
        if (error instanceof CoolifyError && /application is not running/i.test(error.message)) return null
        throw error
      }
    },

    stop: async (uuid) => connection.send({ method: 'POST', path: `/applications/${requireUuid(uuid)}/stop` }),

    async rollbackImages(uuid) {
      const path = `/applications/${requireUuid(uuid)}/rollback-images`
      return (await connection.ask({ method: 'GET', path, ...remote }, RollbackImages)).value
    },
  }
}

const createRoutes: Record<CoolifySource['kind'], string> = {
  public: 'public',
  'github-app': 'private-github-app',
  'deploy-key': 'private-deploy-key',
}

function toSourceFields(source: CoolifySource) {
  if (source.kind === 'github-app') return { github_app_uuid: source.githubAppUuid }
  return source.kind === 'deploy-key' ? { private_key_uuid: source.privateKeyUuid } : {}
}

function toNewFields({ environment, ...input }: NewCoolifyApplication) {
  return {
    project_uuid: input.projectUuid,
    server_uuid: input.serverUuid,
    destination_uuid: input.destinationUuid,
    ...('uuid' in environment ? { environment_uuid: environment.uuid } : { environment_name: environment.name }),
    git_repository: input.gitRepository,
  }
}

/** In Coolify's names, only what is given: it refuses fields that it does not know. */
function toFields(changes: CoolifyApplicationChanges) {
  const fields = {
    name: changes.name,
    git_branch: changes.gitBranch,
    git_commit_sha: changes.gitCommitSha,
    build_pack: changes.buildPack,
    ports_exposes: changes.portsExposes,
    base_directory: changes.baseDirectory,
    publish_directory: changes.publishDirectory,
    dockerfile_location: changes.dockerfileLocation,
    docker_compose_location: changes.dockerComposeLocation,
    install_command: changes.installCommand,
    build_command: changes.buildCommand,
    start_command: changes.startCommand,
    domains: changes.domains?.join(','),
    force_domain_override: changes.forceDomainOverride,
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
