/** What the server can ask of a Coolify. The names are Coolify's own, its fields in our spelling. */
import type { CoolifyApplication, CoolifyDeployment, CoolifyDeploymentWithLogs } from './coolify-answers.ts'
import type { CoolifyStatus } from './coolify-status.ts'

/**
 * Every call rejects with a CoolifyError, or with the reason of `signal` once that is aborted. While Coolify has asked
 * for a pause (429) or refuses the token, calls reject at once and no request is made.
 */
export type CoolifyClient = {
  /** Its API, such as `https://coolify.example.org/api/v1`. */
  readonly apiUrl: string
  /** False when nothing answers, something else does, or nothing may be asked now. Never rejects. */
  health(): Promise<boolean>
  /** Such as `4.3.11`. */
  version(): Promise<string>

  listServers(): Promise<CoolifyServer[]>
  listDestinations(serverUuid: string): Promise<CoolifyNamed[]>
  listProjects(): Promise<CoolifyNamed[]>
  listEnvironments(projectUuid: string): Promise<CoolifyNamed[]>
  listGithubApps(): Promise<CoolifyNamed[]>
  listPrivateKeys(): Promise<CoolifyPrivateKey[]>

  listApplications(): Promise<CoolifyApplication[]>
  /** Null when there is none of that name any more, or the token's team may not see it. */
  getApplication(uuid: string): Promise<CoolifyApplication | null>
  /**
   * Makes an application that deploys only when it is told to: pushes do not deploy it, and nothing is deployed now.
   * @throws CoolifyError conflict unless `forceDomainOverride`; with `outcomeUnknown` it may exist.
   */
  createApplication(source: CoolifySource, input: NewCoolifyApplication): Promise<{ uuid: string; domains: string[] }>
  /** With `gitBranch`, a commit that was pinned is let go, or the branch would have no effect. */
  updateApplication(uuid: string, changes: CoolifyApplicationChanges): Promise<void>
  /**
   * Sets variables, never removes any. They are written one by one: after a `validation` error those before the wrong
   * one are set. They take effect with the next deployment.
   */
  upsertEnvs(uuid: string, variables: readonly CoolifyVariable[]): Promise<void>
  /** What the application itself printed, newest last; null when it does not run. @param lines At most 10,000. */
  appLogs(uuid: string, lines: number): Promise<string | null>
  stop(uuid: string): Promise<void>

  /** What there is before a deploy. Keep it until the deploy has an outcome: with it, `findDeployed` finds a lost one. */
  markBeforeDeploy(appUuid: string): Promise<DeployMark>
  /**
   * Deploys once. It asks a second time only when it is plain that the first request has come to nothing. With the `mark`
   * of an earlier attempt, what that one began is found; a new attempt, as after a full queue, takes a new mark.
   * @throws CoolifyError not_found when the application is gone; with `outcomeUnknown` it may run: use `findDeployed`.
   */
  deploy(appUuid: string, options?: DeployOptions): Promise<DeployResult>
  /** The deployment that a request since `mark` began, whose answer got lost; null when there is none. */
  findDeployed(appUuid: string, mark: DeployMark, wanted?: WantedDeployment): Promise<CoolifyDeployment | null>
  /** The images that are still there to go back to, newest first. */
  rollbackImages(appUuid: string): Promise<CoolifyImage[]>
  /** @param imageTag One of `rollbackImages`. @throws CoolifyError unsupported before Coolify 4.3.0. */
  rollback(
    appUuid: string,
    imageTag: string,
    options?: Pick<DeployOptions, 'mark' | 'maxRequests' | 'signal'>,
  ): Promise<DeployResult>
  /** Starts the containers anew without a build; not for an application that never ran. */
  restart(appUuid: string, options?: { mark?: DeployMark; signal?: AbortSignal }): Promise<DeployResult>

  /** Null when Coolify knows it not (404): never stored, deleted, or of another team. */
  getDeployment(uuid: string, signal?: AbortSignal): Promise<CoolifyDeploymentWithLogs | null>
  /** Newest first. `count` is of all of them. */
  listAppDeployments(
    appUuid: string,
    page?: { skip?: number; take?: number },
  ): Promise<{ count: number; deployments: CoolifyDeployment[] }>
  /** Those that wait or run, of all applications on the team's servers. */
  listActiveDeployments(signal?: AbortSignal): Promise<CoolifyDeployment[]>
  /** May take a minute. The status that counts is what `getDeployment` says afterwards. */
  cancel(deploymentUuid: string): Promise<'cancelled' | { alreadyEnded: CoolifyStatus }>
}

export type CoolifyNamed = { uuid: string; name: string; description: string | null }
export type CoolifyServer = CoolifyNamed & { ip: string | null; isReachable: boolean | null; isUsable: boolean | null }
export type CoolifyPrivateKey = CoolifyNamed & { publicKey: string | null; fingerprint: string | null }

export type CoolifySource =
  { kind: 'public' } | { kind: 'github-app'; githubAppUuid: string } | { kind: 'deploy-key'; privateKeyUuid: string }

export const coolifyBuildPacks = ['nixpacks', 'railpack', 'static', 'dockerfile', 'dockercompose'] as const
export type CoolifyBuildPack = (typeof coolifyBuildPacks)[number]

/** What of an application may change later. Directories and files are paths in the repository that begin with `/`. */
export type CoolifyApplicationChanges = {
  name?: string
  gitBranch?: string
  /** `HEAD`, or a commit to stay at. */
  gitCommitSha?: string
  buildPack?: CoolifyBuildPack
  /** Such as `3000` or `3000,8080`. */
  portsExposes?: string
  baseDirectory?: string
  publishDirectory?: string
  dockerfileLocation?: string
  dockerComposeLocation?: string
  installCommand?: string
  buildCommand?: string
  startCommand?: string
  /** Such as `https://app.example.org`. Not for dockercompose. */
  domains?: readonly string[]
  /** Takes domains that others have. Only on a person's word. */
  forceDomainOverride?: boolean
}

export type NewCoolifyApplication = Omit<CoolifyApplicationChanges, 'gitBranch' | 'buildPack'> & {
  projectUuid: string
  serverUuid: string
  /** Needed when the server has several. */
  destinationUuid?: string
  environment: { uuid: string } | { name: string }
  /** https for a public one, `owner/repo` or https for a GitHub app, `git@host:owner/repo.git` for a deploy key. */
  gitRepository: string
  gitBranch: string
  buildPack: CoolifyBuildPack
}

/** Flags that are left out are false. */
export type CoolifyVariable = {
  key: string
  value: string
  isPreview?: boolean
  isLiteral?: boolean
  isMultiline?: boolean
  isShownOnce?: boolean
}

/** JSON, so that it can be stored with the row. */
export type DeployMark = {
  /** Coolify's clock, ISO 8601, whole seconds. */
  serverTime: string
  /** Newest deployments of the application at that time. */
  knownUuids: string[]
}

/** Which deployments count as the wanted one. */
export type WantedDeployment = {
  /** Number of the pull request; 0 is none and the default. */
  pr?: number
  /** Of a rollback. */
  imageTag?: string
  restartOnly?: boolean
}

export type DeployOptions = {
  /** Builds without the cache, even if the same commit is being deployed. */
  force?: boolean
  pr?: number
  /** Taken by the call itself when it is left out. */
  mark?: DeployMark
  /** How often it may ask at the most: 1 after an earlier attempt, else 2. */
  maxRequests?: number
  signal?: AbortSignal
}

export type DeployResult =
  | { kind: 'created'; deploymentUuid: string }
  /** One for the same commit that was under way already, whoever asked for it. */
  | { kind: 'adopted'; deploymentUuid: string }
  /** The one that was asked for, found after its answer had got lost. */
  | { kind: 'found'; deploymentUuid: string }
  | { kind: 'queue_full'; retryAfterS: number }
  /** Coolify's words, untrusted. */
  | { kind: 'refused'; message: string }

export type CoolifyImage = { tag: string; createdAt: string | null; isCurrent: boolean }
