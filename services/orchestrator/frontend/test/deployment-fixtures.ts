/** Deployments and applications of the contract, each complete. */
import type {
  Application,
  DeployCheck,
  Deployment,
  DeploymentConnection,
  DeploymentMetadata,
} from '@craftastic/contract'
import { ids } from './fixtures'

export const deploymentId = '66666666-6666-4666-8666-666666666666'
export const appId = 'web1234'
const at = '2026-05-01T10:00:00.000Z'

type DeploymentPart = Partial<Omit<Deployment, 'metadata'>> & { metadata?: Partial<DeploymentMetadata> }

export function aDeployment({ metadata, ...part }: DeploymentPart = {}): Deployment {
  return {
    id: deploymentId,
    environmentId: ids.environment,
    appId,
    status: 'in_progress',
    createdAt: at,
    updatedAt: at,
    ...part,
    metadata: {
      kind: 'deploy',
      applicationName: 'web',
      branch: 'main',
      changesBranch: false,
      force: false,
      rollbackTag: null,
      redeployOf: null,
      commit: null,
      commitMessage: null,
      coolifyDeploymentId: 'd1',
      adopted: false,
      url: 'https://coolify.example.com/d1',
      startedAt: at,
      endedAt: null,
      cancelRequestedAt: null,
      lastSequence: 0,
      logsReadable: true,
      trouble: null,
      error: null,
      ...metadata,
    },
  }
}

export function anApplication(part: Partial<Application> = {}): Application {
  return {
    id: appId,
    name: 'web',
    repository: 'https://github.com/acme/orchestrator',
    branch: 'main',
    pinnedCommit: null,
    buildPack: 'nixpacks',
    status: 'running:healthy',
    urls: ['https://web.example.com'],
    ...part,
  }
}

export function aCheck(part: Partial<DeployCheck> = {}): DeployCheck {
  const unpushed = { count: 0, commits: [] }
  return { branch: 'main', looked: true, onRemote: true, unpushed, changedFiles: 0, ...part }
}

export const connected: DeploymentConnection = {
  state: 'connected',
  url: 'https://coolify.example.com',
  version: '4.3.11',
  reason: null,
}
