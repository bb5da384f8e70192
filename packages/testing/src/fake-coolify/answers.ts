/** The bodies that the fake Coolify answers with. */
import type { FakeApplication, FakeDeployment, FakeWorld } from './world.ts'

export type FakeAnswer = {
  status: number
  /** A string is sent as text/html, as Laravel does. */
  body: unknown
  headers?: Record<string, string>
  /** Not an answer of Coolify's, so the contract says nothing of it. */
  unchecked?: boolean
}

export function answer(body: unknown, status = 200, headers?: Record<string, string>): FakeAnswer {
  return { status, body, headers }
}

export const notFound = (what: string) => answer({ message: `${what} not found.` }, 404)

export const unknownRoute = () => answer({ message: 'Not found.', docs: 'https://coolify.io/docs' }, 404)

export const invalid = (errors?: Record<string, string | string[]> | string[]) =>
  answer({ message: 'Validation failed.', ...(errors === undefined ? {} : { errors }) }, 422)

/** Holds secrets, as Coolify's does for a token that may see them. */
export function presentApplication(app: FakeApplication) {
  return {
    uuid: app.uuid,
    name: app.name,
    description: null,
    fqdn: app.domains.length === 0 ? null : app.domains.join(','),
    git_repository: app.gitRepository,
    git_branch: app.gitBranch,
    git_commit_sha: app.gitCommitSha,
    build_pack: app.buildPack,
    ports_exposes: app.portsExposes,
    status: app.status,
    manual_webhook_secret_github: `secret-of-${app.uuid}`,
    http_basic_auth_password: `password-of-${app.uuid}`,
    settings: { is_auto_deploy_enabled: app.isAutoDeployEnabled },
  }
}

export function presentDeployment(world: FakeWorld, deployment: FakeDeployment) {
  const app = world.applications.find(({ uuid }) => uuid === deployment.appUuid)
  const showsLogs = world.switches.abilities.some((ability) => ability === 'read:sensitive' || ability === 'root')
  return {
    id: deployment.id,
    application_id: String(world.applications.findIndex(({ uuid }) => uuid === deployment.appUuid) + 1),
    deployment_uuid: deployment.uuid,
    pull_request_id: deployment.pr,
    force_rebuild: deployment.force,
    commit: deployment.commit,
    commit_message: deployment.commit === 'HEAD' ? null : `Change ${app?.gitBranch ?? ''}`,
    status: deployment.status,
    is_webhook: deployment.isWebhook,
    is_api: deployment.isApi,
    restart_only: deployment.restartOnly,
    rollback: deployment.rollback,
    only_this_server: false,
    server_name: 'localhost',
    application_name: app?.name ?? null,
    deployment_url: `/project/${world.projectUuid}/application/${deployment.appUuid}/deployment/${deployment.uuid}`,
    created_at: toLaravelTime(deployment.createdAt),
    updated_at: toLaravelTime(deployment.endedAt ?? deployment.createdAt),
    finished_at: deployment.finishedAt === null ? null : toLaravelTime(deployment.finishedAt),
    ...(showsLogs ? { logs: presentLogs(world, deployment) } : {}),
  }
}

function presentLogs({ switches }: FakeWorld, { logs }: FakeDeployment) {
  if (logs.length === 0) return null
  return switches.logsAsArray ? logs : JSON.stringify(logs)
}

function toLaravelTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z')
}
