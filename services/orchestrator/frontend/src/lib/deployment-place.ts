/** Where deployments are shown. */
import type { Deployment } from '@craftastic/contract'

/** A deployment with its log on a page of its own. */
export const deploymentPath = ({ environmentId, id }: Pick<Deployment, 'environmentId' | 'id'>) =>
  `/environments/${environmentId}/deployments/${id}`

/** Behind the address of an environment: its page opens at the button that deploys. */
export const deployHash = '#deploy'
