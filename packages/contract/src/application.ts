/** Applications of the Coolify that this server is connected to, and what a new one can be made of. */
import { z } from 'zod'
import { Id, Timestamp } from './common.ts'
import { AppId } from './deployment.ts'
import { BranchName } from './repository.ts'

export const Application = z
  .object({
    /** The `appId` of deployments. */
    id: z.string(),
    name: z.string(),
    /** As Coolify has it: a URL, `git@host:owner/repository.git`, or `owner/repository` on GitHub. */
    repository: z.string().nullable(),
    /** The branch that it builds. */
    branch: z.string().nullable(),
    /** The commit that it is pinned to, whatever its branch; null builds the newest. */
    pinnedCommit: z.string().nullable(),
    buildPack: z.string().nullable(),
    /** Such as `running:healthy` or `exited:unhealthy`. */
    status: z.string().nullable(),
    /** Where it is reached. */
    urls: z.array(z.string()),
  })
  .meta({ id: 'Application' })
export type Application = z.infer<typeof Application>

/** By name. */
export const ApplicationList = z.object({ applications: z.array(Application) }).meta({ id: 'ApplicationList' })
export type ApplicationList = z.infer<typeof ApplicationList>

/** With an environment: those that it may deploy, which are those of its repository and those made from it. */
export const ApplicationListQuery = z.object({ environmentId: Id.optional() })
export type ApplicationListQuery = z.infer<typeof ApplicationListQuery>

export const BuildPack = z.enum(['nixpacks', 'railpack', 'static', 'dockerfile', 'dockercompose'])
export type BuildPack = z.infer<typeof BuildPack>

/** Identifier of a thing in Coolify, as it stands in its URLs. */
const CoolifyId = z.string().regex(/^[A-Za-z0-9_-]{1,255}$/, 'is not an identifier of Coolify')

/** How Coolify reads the repository. */
export const ApplicationSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('public') }),
  z.strictObject({ kind: z.literal('github_app'), githubAppId: CoolifyId }),
  z.strictObject({ kind: z.literal('deploy_key'), privateKeyId: CoolifyId }),
])
export type ApplicationSource = z.infer<typeof ApplicationSource>

/** A directory of the repository, from its top. */
const BaseDirectory = z
  .string()
  .max(255)
  .regex(/^\/[A-Za-z0-9._/-]*$/, 'must start with "/" and hold letters, digits, ".", "_", "/" and "-"')
  .refine((path) => !path.split('/').includes('..'), 'must not contain ".."')

/** From the environment's repository. Pushes do not deploy it: deployments do. */
export const CreateApplication = z
  .strictObject({
    environmentId: Id,
    /** Default: the environment's name. */
    name: z.string().trim().min(1).max(255).optional(),
    source: ApplicationSource,
    serverId: CoolifyId,
    /** Needed where the server has several. */
    destinationId: CoolifyId.optional(),
    projectId: CoolifyId,
    projectEnvironmentId: CoolifyId,
    /** Default: the environment's current branch. */
    branch: BranchName.optional(),
    buildPack: BuildPack.default('nixpacks'),
    /** On which the application listens. */
    port: z.int().min(1).max(65_535).default(3000),
    baseDirectory: BaseDirectory.optional(),
  })
  .meta({ id: 'CreateApplication' })
export type CreateApplication = z.infer<typeof CreateApplication>

const Choice = z.object({ id: z.string(), name: z.string(), description: z.string().nullable() })

/** What a new application can be made of. */
export const ApplicationChoices = z
  .object({
    servers: z.array(Choice.extend({ usable: z.boolean() })),
    projects: z.array(Choice),
    githubApps: z.array(Choice),
    privateKeys: z.array(Choice),
  })
  .meta({ id: 'ApplicationChoices' })
export type ApplicationChoices = z.infer<typeof ApplicationChoices>

export const ProjectParams = z.object({ projectId: CoolifyId })
/** Coolify's environments of a project, such as `production`. */
export const ProjectEnvironmentList = z
  .object({ projectEnvironments: z.array(Choice) })
  .meta({ id: 'ProjectEnvironmentList' })
export type ProjectEnvironmentList = z.infer<typeof ProjectEnvironmentList>

export const ServerParams = z.object({ serverId: CoolifyId })
/** Where on a server an application can run. */
export const DestinationList = z.object({ destinations: z.array(Choice) }).meta({ id: 'DestinationList' })
export type DestinationList = z.infer<typeof DestinationList>

export const RollbackImageParams = z.object({ environmentId: Id, appId: AppId })

/** Images of an application that its server still has, newest first. */
export const RollbackImageList = z
  .object({
    images: z.array(z.object({ tag: z.string(), createdAt: Timestamp.nullable(), current: z.boolean() })),
  })
  .meta({ id: 'RollbackImageList' })
export type RollbackImageList = z.infer<typeof RollbackImageList>

/** Whether this server can deploy at the moment. */
export const DeploymentConnection = z
  .object({
    /**
     * `refused`: Coolify does not take the token, or not from here. `unreachable`: nothing answers. `unusable`: something does,
     * and asks for a pause, fails, leads elsewhere or is no Coolify.
     */
    state: z.enum(['not_configured', 'connected', 'refused', 'unreachable', 'unusable']),
    /** Origin of Coolify; null without one. */
    url: z.string().nullable(),
    /** Such as `4.3.11`, while connected. */
    version: z.string().nullable(),
    /** What is wrong, in words, and what to do. */
    reason: z.string().nullable(),
  })
  .meta({ id: 'DeploymentConnection' })
export type DeploymentConnection = z.infer<typeof DeploymentConnection>
