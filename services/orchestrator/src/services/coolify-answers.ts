/**
 * The answers of Coolify, projected to what we use. Its own objects hold much more, secrets among it: nothing else of
 * them is kept.
 */
import { z } from 'zod'
import type { CoolifyImage, CoolifyNamed, CoolifyPrivateKey, CoolifyServer } from './coolify-client.ts'
import { readCoolifyLogs, type CoolifyLogs } from './coolify-logs.ts'
import { readCoolifyStatus, type CoolifyStatus } from './coolify-status.ts'
import { toPlainLine, type Redact } from './coolify-text.ts'

/** Coolify's identifiers are 24 letters and digits (Cuid2), UUIDs in old rows; they become parts of paths. */
export const CoolifyUuid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/)

const Line = z.string().transform((text) => toPlainLine(text, 500))
const OptionalLine = Line.nullish().transform((text) => text ?? null)
const OptionalFlag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? null)
const Time = z.string().refine((text) => !Number.isNaN(Date.parse(text)))

export const Named: z.ZodType<CoolifyNamed> = z
  .object({ uuid: CoolifyUuid, name: Line, description: OptionalLine })
  .transform(({ uuid, name, description }) => ({ uuid, name, description }))

export const Server: z.ZodType<CoolifyServer> = z
  .object({
    uuid: CoolifyUuid,
    name: Line,
    description: OptionalLine,
    ip: OptionalLine,
    is_reachable: OptionalFlag,
    is_usable: OptionalFlag,
  })
  .transform(({ is_reachable: isReachable, is_usable: isUsable, ...rest }) => ({ ...rest, isReachable, isUsable }))

export const PrivateKey: z.ZodType<CoolifyPrivateKey> = z
  .object({
    uuid: CoolifyUuid,
    name: Line,
    description: OptionalLine,
    public_key: z
      .string()
      .max(20_000)
      .nullish()
      .transform((key) => key?.trim() ?? null),
    fingerprint: OptionalLine,
  })
  .transform(({ public_key: publicKey, ...rest }) => ({ ...rest, publicKey }))

export const Application = z
  .object({
    uuid: CoolifyUuid,
    name: Line,
    status: OptionalLine,
    fqdn: z.string().max(5_000).nullish(),
    git_repository: z.string().max(2_000).nullish(),
    git_branch: z.string().max(500).nullish(),
    git_commit_sha: z.string().max(100).nullish(),
    build_pack: OptionalLine,
  })
  .transform((application) => ({
    uuid: application.uuid,
    name: application.name,
    /** Such as `running:healthy` or `exited:unhealthy`. */
    status: application.status,
    domains: splitDomains(application.fqdn),
    /** `owner/repo` for one that is built through a GitHub app, else as it was given. */
    gitRepository: application.git_repository ?? null,
    gitBranch: application.git_branch ?? null,
    /** A commit that it is pinned to, whatever the branch is; null when it follows the branch. */
    pinnedCommit: readPin(application.git_commit_sha),
    buildPack: application.build_pack,
  }))
export type CoolifyApplication = z.infer<typeof Application>

export const Created = z
  .object({ uuid: CoolifyUuid, domains: z.string().max(5_000).nullish() })
  .transform(({ uuid, domains }) => ({ uuid, domains: splitDomains(domains) }))

const DeploymentRow = z.object({
  deployment_uuid: CoolifyUuid,
  status: z.string().max(200),
  commit: Line,
  commit_message: z
    .string()
    .nullish()
    .transform((text) => (text === undefined || text === null ? null : toPlainLine(text, 1_000))),
  pull_request_id: z.int().nullish(),
  force_rebuild: OptionalFlag,
  rollback: OptionalFlag,
  restart_only: OptionalFlag,
  is_api: OptionalFlag,
  is_webhook: OptionalFlag,
  deployment_url: OptionalLine,
  server_name: OptionalLine,
  created_at: Time,
  finished_at: Time.nullish(),
  logs: z.unknown().optional(),
})

export type CoolifyDeployment = {
  deploymentUuid: string
  status: CoolifyStatus | 'unknown'
  /** As Coolify wrote it. */
  rawStatus: string
  /** `HEAD` until Coolify has asked the Git host, then 40 hexadecimal digits; an image tag for a rollback. */
  commit: string
  commitMessage: string | null
  /** 0 is none. */
  pr: number
  force: boolean
  rollback: boolean
  restartOnly: boolean
  /** Begun through the API. Some versions say it only of what was begun otherwise than by /deploy. */
  isApi: boolean
  /** Begun by a push. */
  isWebhook: boolean
  /** Page in Coolify; null when it is not a path of its own. */
  url: string | null
  serverName: string | null
  createdAt: Date
  /** Not when it ended: Coolify sets it late, and sometimes never. */
  finishedAt: Date | null
}
export type CoolifyDeploymentWithLogs = CoolifyDeployment & { logs: CoolifyLogs }

/** @param origin Of this Coolify, for addresses of its pages. */
export function createDeploymentSchemas(origin: string, redact: Redact) {
  const project = (row: z.infer<typeof DeploymentRow>): CoolifyDeployment => ({
    deploymentUuid: row.deployment_uuid,
    status: readCoolifyStatus(row.status),
    rawStatus: toPlainLine(row.status, 50),
    commit: row.commit,
    commitMessage: row.commit_message === null ? null : redact(row.commit_message),
    pr: row.pull_request_id ?? 0,
    force: row.force_rebuild === true,
    rollback: row.rollback === true,
    restartOnly: row.restart_only === true,
    isApi: row.is_api === true,
    isWebhook: row.is_webhook === true,
    url: toPageUrl(row.deployment_url, origin),
    serverName: row.server_name,
    createdAt: new Date(row.created_at),
    finishedAt: toDate(row.finished_at),
  })
  const Deployment = DeploymentRow.transform(project)
  return {
    DeploymentWithLogs: DeploymentRow.transform((row): CoolifyDeploymentWithLogs => ({
      ...project(row),
      logs: readCoolifyLogs(row.logs, redact),
    })),
    DeploymentPage: z.object({ count: z.int().nonnegative(), deployments: z.array(Deployment) }),
    /** Coolify sorts without renumbering: rows that came unsorted make an object with the numbers as its keys. */
    DeploymentList: z.union([
      z.array(Deployment),
      z.record(z.string().regex(/^\d+$/), Deployment).transform((rows) => Object.values(rows)),
    ]),
  }
}

export const DeployAnswer = z.object({
  deployments: z.array(
    z.object({ message: Line.catch(''), resource_uuid: z.string(), deployment_uuid: CoolifyUuid.nullish() }),
  ),
})

/** Of /restart and /rollback. */
export const QueuedAnswer = z.object({ message: Line.catch(''), deployment_uuid: CoolifyUuid.nullish() })

export const RollbackImages: z.ZodType<CoolifyImage[]> = z
  .object({
    images: z.array(
      z.object({
        tag: z.string().min(1).max(200),
        created_at: z.string().nullish(),
        is_current: z.union([z.boolean(), z.number()]).nullish(),
      }),
    ),
  })
  .transform(({ images }) =>
    images
      // Of the same repository are what a build leaves behind, and the images of pull requests.
      .filter(({ tag }) => !/^pr-\d+(-|$)|-build$/.test(tag))
      .map(({ tag, created_at: createdAt, is_current: isCurrent }) => ({
        tag,
        createdAt: readDockerTime(createdAt ?? ''),
        isCurrent: Boolean(isCurrent),
      })),
  )

export const ApplicationLogs = z.object({ logs: z.string() }).transform(({ logs }) => logs)

function splitDomains(domains: string | null | undefined): string[] {
  return (domains ?? '').split(',').flatMap((domain) => (domain.trim() === '' ? [] : [toPlainLine(domain, 300)]))
}

function readPin(commit: string | null | undefined): string | null {
  return commit === undefined || commit === null || commit === '' || commit === 'HEAD' ? null : toPlainLine(commit, 100)
}

/** Coolify stores a path. Another origin in its place would be a link to anywhere. */
function toPageUrl(path: string | null, origin: string): string | null {
  if (path === null || path === '' || !URL.canParse(path, origin)) return null
  const url = new URL(path, origin)
  return url.origin === origin ? url.href : null
}

function toDate(time: string | null | undefined): Date | null {
  return time === undefined || time === null ? null : new Date(time)
}

/** As Docker prints it, such as `2026-09-28 09:00:40 +0200 CEST`, or ISO 8601. */
function readDockerTime(text: string): string | null {
  const time = new Date(text.replace(/^(\S+) (\S+) ([+-]\d{2}):?(\d{2})\b.*$/, '$1T$2$3:$4'))
  return Number.isNaN(time.getTime()) ? null : time.toISOString()
}
