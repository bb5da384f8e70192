import type { ReactNode } from 'react'
import type { Deployment, Environment } from '@craftastic/contract'
import { BranchChangeDialog } from '@/components/BranchChangeDialog'
import { UnpushedDialog } from '@/components/UnpushedDialog'
import { DeployContext } from '@/lib/deploy-context'
import { useDeployFlow } from '@/lib/use-deploy-flow'
import { useLingering } from '@/lib/use-lingering'

/** Lets what is inside deploy, and asks the questions that come up. */
export function DeployProvider({
  environment,
  onBegun,
  children,
}: {
  environment: Environment
  onBegun: (deployment: Deployment) => void
  children: ReactNode
}) {
  const { state, question, send, drop } = useDeployFlow(environment.id, onBegun)
  const shown = useLingering(question)
  return (
    <DeployContext value={state}>
      {children}
      {shown?.kind === 'branch' && (
        <BranchChangeDialog
          open={question !== null}
          question={shown}
          onClose={drop}
          onConfirm={() => send({ ...shown.wish, names: true }, shown.allowUnpushed)}
        />
      )}
      {shown?.kind === 'unpushed' && (
        <UnpushedDialog
          open={question !== null}
          environmentId={environment.id}
          question={shown}
          onClose={drop}
          onPushed={() => send(shown.wish)}
          onDeployRemote={() => send(shown.wish, true)}
        />
      )}
    </DeployContext>
  )
}
