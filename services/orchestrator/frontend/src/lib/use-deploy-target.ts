/** What the deploy button deploys: an application, and a branch of the environment's repository. */
import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import type { Application, Environment } from '@craftastic/contract'
import { deployCheckQuery } from '@/api/deployments'
import { gitBranchesQuery } from '@/api/git'
import { deployBranches, remoteCommit } from './deploy-branches'
import { useChoice, type Choice } from './stored'

/** The application that was chosen last; empty is none. */
const applicationChoice = (environmentId: string): Choice<string> => ({
  key: `deploy.application.${environmentId}`,
  schema: z.string(),
  fallback: '',
})

export function useChosenApplication(environmentId: string, applications: readonly Application[]) {
  const [chosenId, choose] = useChoice(useMemo(() => applicationChoice(environmentId), [environmentId]))
  return { application: applications.find(({ id }) => id === chosenId) ?? applications[0] ?? null, choose }
}

export function useDeployBranch(environment: Environment, application: Application) {
  const running = environment.status === 'running'
  const [chosen, choose] = useState<string | null>(null)
  const { data: current, error } = useQuery(deployCheckQuery(environment.id, null))
  const { data: branches = [] } = useQuery({ ...gitBranchesQuery({ environmentId: environment.id }), enabled: running })
  const currentBranch = current?.branch ?? null
  const names = deployBranches(currentBranch, application.branch, branches)
  const branch = chosen !== null && names.includes(chosen) ? chosen : (names[0] ?? null)
  const isCurrent = branch === currentBranch
  const other = useQuery({
    ...deployCheckQuery(environment.id, branch),
    enabled: branch !== null && current !== undefined && !isCurrent,
  })
  return {
    branch,
    names,
    currentBranch,
    /** Why the current branch is not known. */
    error,
    /** What a deployment of it would find; undefined until that is known. */
    check: isCurrent ? current : other.data,
    /** The commit that Coolify would build. */
    commit: branch === null ? null : remoteCommit(branch, branches),
    choose,
  }
}
