/** Deploy, redeploy, roll back, cancel. */
import {
  Deployment,
  DeploymentAccepted,
  type DeployRequest,
  type RedeployRequest,
  type RollbackRequest,
} from '@craftastic/contract'
import { mutationOptions, type QueryClient } from '@tanstack/react-query'
import { request } from './client'
import { storeDeployment } from './deployment-cache'
import { hasCode } from './errors'
import { coolifyKeys, deploymentKeys } from './keys'

/** A deployment to begin: of an application, or once more what `redeployOf` deployed. */
export type BeginDeployment = ({ redeployOf: null } & DeployRequest) | ({ redeployOf: string } & RedeployRequest)

/** A refusal by Coolify says something of the connection as well. */
function lookAtConnection(error: unknown, client: QueryClient): void {
  if (!hasCode(error, 'coolify_unavailable', 'coolify_refused', 'deployment_not_configured')) return
  void client.invalidateQueries({ queryKey: coolifyKeys.connection })
}

function storeAccepted({ deployment }: DeploymentAccepted, client: QueryClient): void {
  storeDeployment(client, deployment)
  // It builds another branch from now on.
  if (deployment.metadata.changesBranch) {
    void client.invalidateQueries({ queryKey: coolifyKeys.applications(deployment.environmentId) })
  }
}

export const beginDeploymentMutation = () =>
  mutationOptions({
    mutationFn: ({ redeployOf, ...body }: BeginDeployment) =>
      request('POST', redeployOf === null ? '/api/deployment/deploy' : `/api/deployment/redeploy/${redeployOf}`, {
        answer: DeploymentAccepted,
        body,
      }),
    onSuccess: (accepted, _input, _result, { client }) => storeAccepted(accepted, client),
    onError: (error, _input, _result, { client }) => lookAtConnection(error, client),
  })

export const rollBackMutation = () =>
  mutationOptions({
    mutationFn: (body: RollbackRequest) =>
      request('POST', '/api/deployment/rollback', { answer: DeploymentAccepted, body }),
    onSuccess: (accepted, _input, _result, { client }) => storeAccepted(accepted, client),
    onError: (error, _input, _result, { client }) => lookAtConnection(error, client),
  })

/** Asks Coolify to stop it; its status changes when Coolify says so. */
export const cancelDeploymentMutation = () =>
  mutationOptions({
    mutationFn: ({ id }: Pick<Deployment, 'id'>) =>
      request('POST', `/api/deployment/cancel/${id}`, { answer: Deployment }),
    onSuccess: (deployment, _input, _result, { client }) => storeDeployment(client, deployment),
    onError: (error, _input, _result, { client }) => {
      lookAtConnection(error, client)
      void client.invalidateQueries({ queryKey: deploymentKeys.all })
    },
  })
