/** What the parts that deploy share: how to begin a deployment, and what did not work. */
import { createContext, use } from 'react'
import type { DeployWish } from './deploy-wish'

export interface DeployState {
  /** Begins it, or asks first what has to be asked. `warning` is what it changes for others; null where it does not. */
  deploy: (wish: DeployWish, warning: string | null) => void
  rollBack: (appId: string, tag: string) => void
  pending: boolean
  /** Why the last one did not begin; null where nothing went wrong. Shown until the next one or until it is dismissed. */
  failure: unknown
  dismiss: () => void
}

export const DeployContext = createContext<DeployState | null>(null)

export function useDeploy(): DeployState {
  const state = use(DeployContext)
  if (!state) throw new Error('useDeploy is for what is inside a DeployProvider')
  return state
}
