/** From the wish to deploy to the deployment, with the questions between. */
import { useState } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { DeployCheck, Deployment } from '@craftastic/contract'
import { beginDeploymentMutation, rollBackMutation } from '@/api/deployment-verbs'
import { deployCheckQuery } from '@/api/deployments'
import { ApiError, hasCode } from '@/api/errors'
import type { DeployState } from './deploy-context'
import { toRequest, type DeployQuestion, type DeployWish } from './deploy-wish'
import { useAction } from './use-action'

/** Whether there is still something to ask: somebody may have pushed, or started the environment, since the refusal. */
function misses({ looked, onRemote, unpushed }: DeployCheck): boolean {
  return !looked || !onRemote || unpushed.count > 0
}

/** `onBegun` is told of the new deployment. */
export function useDeployFlow(environmentId: string, onBegun: (deployment: Deployment) => void) {
  const client = useQueryClient()
  const { run: begin, pending: beginning } = useAction(beginDeploymentMutation())
  const { run: goBack, pending: goingBack } = useAction(rollBackMutation())
  const [question, setQuestion] = useState<DeployQuestion | null>(null)
  const [failure, setFailure] = useState<unknown>(null)

  /** What is refused for a reason that can be asked about is asked about. */
  const refuse = async (error: unknown, wish: DeployWish, allowUnpushed: boolean) => {
    if (hasCode(error, 'commits_not_pushed', 'environment_not_running')) {
      const check = await client
        .query({ ...deployCheckQuery(environmentId, wish.branch), staleTime: 0 })
        .catch(() => null)
      if (check && misses(check)) return setQuestion({ kind: 'unpushed', wish, check })
    }
    if (error instanceof ApiError && error.code === 'branch_differs' && wish.branch !== null) {
      return setQuestion({ kind: 'branch', wish, reason: error.message, allowUnpushed })
    }
    setFailure(error)
  }

  const send = (wish: DeployWish, allowUnpushed = false) => {
    setQuestion(null)
    setFailure(null)
    begin(toRequest(wish, allowUnpushed), {
      onSuccess: ({ deployment }) => onBegun(deployment),
      onError: (error) => void refuse(error, wish, allowUnpushed),
    })
  }
  const rollBack = (appId: string, tag: string) => {
    setFailure(null)
    goBack({ environmentId, appId, tag }, { onSuccess: ({ deployment }) => onBegun(deployment), onError: setFailure })
  }

  const state: DeployState = {
    deploy: (wish, warning) => {
      if (warning === null) send(wish)
      else setQuestion({ kind: 'branch', wish, reason: warning, allowUnpushed: false })
    },
    rollBack,
    pending: beginning || goingBack,
    failure,
    dismiss: () => setFailure(null),
  }
  return { state, question, send, drop: () => setQuestion(null) }
}
