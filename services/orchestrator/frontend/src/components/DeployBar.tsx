import { useEffect, useRef } from 'react'
import { RocketIcon } from 'lucide-react'
import { useLocation } from 'react-router'
import type { Application, Environment } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { DeployNotes } from '@/components/DeployNotes'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { NativeSelect } from '@/components/ui/native-select'
import { useDeploy } from '@/lib/deploy-context'
import { branchChange, wishToDeploy } from '@/lib/deploy-wish'
import { deployHash } from '@/lib/deployment-place'
import { shortCommit } from '@/lib/deployment-words'
import { showName } from '@/lib/git-names'
import { useDeployBranch } from '@/lib/use-deploy-target'

/** Which branch is deployed, the commit that this builds, and the button. */
export function DeployBar({ environment, application }: { environment: Environment; application: Application }) {
  const { deploy, pending } = useDeploy()
  const { branch, names, currentBranch, error, check, commit, choose } = useDeployBranch(environment, application)
  const button = useRef<HTMLButtonElement>(null)
  const { hash, key } = useLocation()
  const ready = branch !== null

  // Whoever comes to deploy finds the focus here, and needs only Enter.
  useEffect(() => {
    if (hash !== deployHash || !ready) return
    button.current?.scrollIntoView({ block: 'center' })
    button.current?.focus()
  }, [hash, key, ready])

  return (
    <div className="grid gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {branch === null ? (
          <p className="min-w-0 flex-1 text-pretty text-muted-foreground">
            {error
              ? (describeError(error).detail ?? describeError(error).title)
              : 'The branch of the environment is being read.'}
          </p>
        ) : (
          <NativeSelect
            aria-label="Branch to deploy"
            className="max-w-full min-w-0 sm:max-w-60"
            value={branch}
            disabled={pending}
            onChange={({ target: { value } }) => choose(value)}
          >
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </NativeSelect>
        )}
        {commit && (
          <p className="flex min-w-0 flex-1 items-baseline gap-2 max-sm:basis-full" title={commit.subject}>
            <span className="shrink-0 font-mono text-xs text-muted-foreground">{shortCommit(commit.commit)}</span>
            <span className="truncate">{showName(commit.subject)}</span>
          </p>
        )}
        <Button
          ref={button}
          size="sm"
          className="ml-auto max-sm:w-full"
          disabled={branch === null || pending}
          onClick={() => {
            if (branch === null) return
            deploy(wishToDeploy(environment.id, application, branch, currentBranch), branchChange(application, branch))
          }}
        >
          {pending ? <Spinner /> : <RocketIcon />}
          Deploy
        </Button>
      </div>
      {branch !== null && <DeployNotes application={application} branch={branch} check={check} />}
    </div>
  )
}
