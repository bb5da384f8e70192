/** A deployment lies in a list and by itself, and its log beside it. What is new of it goes through here. */
import { isDeploymentEnded, type Deployment, type DeploymentList } from '@craftastic/contract'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { readLogAgain } from './deployment-log'
import type { DeploymentPagePosition } from './deployments'
import { coolifyKeys, deploymentKeys } from './keys'

/** Keeps what is known where that is newer: answers and events may overtake each other. */
export function storeDeployment(client: QueryClient, deployment: Deployment): void {
  const { id, environmentId, status } = deployment
  client.setQueryData<InfiniteData<DeploymentList, DeploymentPagePosition>>(
    deploymentKeys.ofEnvironment(environmentId),
    (history) => history && { ...history, pages: withDeployment(history.pages, deployment) },
  )
  client.setQueryData<Deployment>(deploymentKeys.one(id), (known) => (known ? newerOf(known, deployment) : deployment))
  void readLogAgain(client, deployment)
  // What runs now, and which images there are, has changed with its end.
  if (isDeploymentEnded(status)) void client.invalidateQueries({ queryKey: coolifyKeys.applications(environmentId) })
}

function newerOf(known: Deployment, incoming: Deployment): Deployment {
  return incoming.updatedAt < known.updatedAt ? known : incoming
}

function withDeployment(pages: DeploymentList[], deployment: Deployment): DeploymentList[] {
  const isKnown = pages.some(({ deployments }) => deployments.some(({ id }) => id === deployment.id))
  if (isKnown) {
    return pages.map(({ deployments }) => ({
      deployments: deployments.map((other) => (other.id === deployment.id ? newerOf(other, deployment) : other)),
    }))
  }
  const [first, ...others] = pages
  if (!first) return pages
  const newestKnown = first.deployments[0]
  if (newestKnown && newestKnown.createdAt > deployment.createdAt) return pages
  return [{ deployments: [deployment, ...first.deployments] }, ...others]
}
