import { useState } from 'react'
import { CircleAlertIcon, KeyRoundIcon, Trash2Icon } from 'lucide-react'
import { Link } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { DeployKeyHelp } from '@/components/DeployKeyHelp'
import { DeployKeyLink } from '@/components/DeployKeyText'
import { Fold, OperationLog, OutputBlock } from '@/components/OperationLog'
import { Button } from '@/components/ui/button'
import { VerbButton } from '@/components/VerbButton'
import { useAppActions } from '@/lib/app-actions'
import { offeredVerbs } from '@/lib/environment-verbs'
import { gitSettingsPath } from '@/lib/git-place'
import { couldNotBeKept } from '@/lib/kept-work'
import { stepFailure } from '@/lib/operation-words'
import { explainEnvironment } from '@/lib/status'

/** What failed, why, the exact words of the program, and the next thing to do. */
export function OperationFailure({ environment }: { environment: Environment }) {
  const { deleteEnvironment } = useAppActions()
  const [outputOpen, setOutputOpen] = useState(false)
  const { operation } = environment
  const failure = operation?.state === 'failed' ? operation.error : null
  const title = operation && failure ? stepFailure(operation.kind, failure.step) : 'The environment ended unexpectedly'
  const needsDeployKey = failure?.code === 'deploy_key_required'
  const notKept = couldNotBeKept(environment)
  const [verb] = offeredVerbs(environment)
  const wasDeletion = environment.desiredState === 'deleted'

  return (
    <section aria-label="What failed" className="rounded-lg border bg-card">
      <div className="grid gap-3 p-4">
        <div role="alert" className="grid gap-1">
          <h2 className="flex items-center gap-2 text-sm font-medium">
            <CircleAlertIcon aria-hidden="true" className="size-4 shrink-0 text-status-error" />
            {title}
          </h2>
          <p className="pl-6 text-pretty break-words text-muted-foreground">
            {failure?.reason ?? explainEnvironment(environment)}
          </p>
        </div>
        {needsDeployKey && (
          <div className="pl-6">
            <DeployKeyHelp environment={environment} />
          </div>
        )}
        <div className="flex flex-wrap gap-2 pl-6">
          {needsDeployKey && <DeployKeyLink repositoryUrl={environment.repositoryUrl} />}
          {failure?.code === 'git_credentials_required' && (
            <Button asChild size="sm">
              <Link to={gitSettingsPath}>
                <KeyRoundIcon />
                Add a token
              </Link>
            </Button>
          )}
          {verb && <VerbButton environment={environment} verb={verb} />}
          <Button variant="outline" size="sm" onClick={() => deleteEnvironment(environment)}>
            <Trash2Icon />
            {notKept || wasDeletion ? 'Delete again' : 'Delete'}
          </Button>
        </div>
      </div>
      {(failure?.output || operation) && (
        <div className="grid border-t px-4 py-2">
          {failure?.output && (
            <Fold label="Exact output" open={outputOpen} onOpenChange={setOutputOpen}>
              <OutputBlock label="Exact output" text={failure.output.trimEnd()} />
            </Fold>
          )}
          {operation && <OperationLog operationId={operation.id} />}
        </div>
      )}
    </section>
  )
}
