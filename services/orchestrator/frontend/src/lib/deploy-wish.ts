/** A deployment that somebody wants, and what may have to be asked before it begins. */
import type { Application, DeployCheck, Deployment } from '@craftastic/contract'
import type { BeginDeployment } from '@/api/deployment-verbs'

export interface DeployWish {
  environmentId: string
  appId: string
  applicationName: string | null
  /** As it is shown. Null where nobody knows before Coolify says so. */
  branch: string | null
  /** The branch is asked for, which changes an application that builds another one. */
  names: boolean
  /** Without the cache of earlier builds. */
  force: boolean
  /** The deployment to repeat. */
  redeployOf: string | null
}

export type DeployQuestion =
  /** The remote lacks commits of the branch, or the branch itself; or nobody can look, because the environment does not run. */
  | { kind: 'unpushed'; wish: DeployWish; check: DeployCheck }
  /** The application builds something else now. */
  | { kind: 'branch'; wish: DeployWish; reason: string; allowUnpushed: boolean }

export function toRequest(wish: DeployWish, allowUnpushed: boolean): BeginDeployment {
  const { environmentId, appId, branch, names, force, redeployOf } = wish
  if (redeployOf !== null) return { redeployOf, force, allowUnpushed, allowBranchChange: names }
  return { redeployOf, environmentId, appId, force, allowUnpushed, ...(names && branch !== null && { branch }) }
}

/** What `application` builds now, where a deployment of `branch` changes that; otherwise null. */
export function branchChange(
  { name, branch: builds, pinnedCommit }: Pick<Application, 'name' | 'branch' | 'pinnedCommit'>,
  branch: string,
): string | null {
  if (pinnedCommit !== null) return `${name} builds only commit ${pinnedCommit.slice(0, 7)} now.`
  return builds === null || builds === branch ? null : `${name} builds ${builds} now.`
}

/**
 * A branch that the application builds and the environment is on is not named: should either have changed since it was
 * read, the server says so instead of changing the application.
 */
export function wishToDeploy(
  environmentId: string,
  application: Application,
  branch: string,
  currentBranch: string | null,
): DeployWish {
  const { id: appId, name: applicationName } = application
  const names = branchChange(application, branch) !== null || branch !== currentBranch
  return { environmentId, appId, applicationName, branch, names, force: false, redeployOf: null }
}

export function wishToRedeploy({ id, environmentId, appId, metadata }: Deployment, force: boolean): DeployWish {
  const { applicationName, branch } = metadata
  return { environmentId, appId, applicationName, branch, names: false, force, redeployOf: id }
}
