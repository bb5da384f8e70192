/** Signing in to GitHub with a code: shown here, typed there; the token comes by itself. */
import { useEffect, useEffectEvent, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { ExternalLinkIcon } from 'lucide-react'
import { toast } from 'sonner'
import type { GitDeviceFlow as DeviceFlow, GitDeviceFlowState } from '@craftastic/contract'
import { describeError } from '@/api/errors'
import { beginGitDeviceFlowMutation, gitDeviceFlowQuery } from '@/api/git-credentials'
import { gitCredentialKeys } from '@/api/keys'
import { CopyButton } from '@/components/CopyButton'
import { FormAlert } from '@/components/FormAlert'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { useAction } from '@/lib/use-action'

export function GitDeviceFlow({ host, signedIn }: { host: string; signedIn: boolean }) {
  const { run: begin, pending } = useAction(beginGitDeviceFlowMutation())
  const [flow, setFlow] = useState<DeviceFlow | null>(null)
  const [failure, setFailure] = useState<string | null>(null)

  const start = () => {
    setFailure(null)
    begin(undefined, {
      onSuccess: setFlow,
      onError: (error) => {
        const { title, detail } = describeError(error)
        setFailure(detail ?? title)
      },
    })
  }

  return (
    <Card aria-label="Sign in to GitHub">
      <CardHeader>
        <CardTitle>GitHub</CardTitle>
        {!flow && (
          <Button size="sm" variant={signedIn ? 'outline' : 'default'} disabled={pending} onClick={start}>
            {pending && <Spinner />}
            {signedIn ? 'Sign in again' : 'Sign in with a code'}
          </Button>
        )}
      </CardHeader>
      <div className="grid gap-3 p-4">
        {flow ? (
          <PendingFlow
            key={flow.flowId}
            flow={flow}
            onEnd={(state) => {
              setFlow(null)
              setFailure(endings[state])
            }}
          />
        ) : (
          <p className="text-muted-foreground">
            {signedIn
              ? `There is a token for ${host}. Signing in again replaces it.`
              : `Without making a token by hand: you type a short code at ${host} and allow the access.`}
          </p>
        )}
        {failure && <FormAlert>{failure}</FormAlert>}
      </div>
    </Card>
  )
}

/** What is said of an end; a sign-in that was given up here is `pending`. */
const endings: Record<GitDeviceFlowState, string | null> = {
  pending: null,
  authorized: null,
  denied: 'The access was refused at GitHub.',
  expired: 'The code is too old. Begin again for a new one.',
}

function PendingFlow({ flow, onEnd }: { flow: DeviceFlow; onEnd: (state: GitDeviceFlowState) => void }) {
  const client = useQueryClient()
  const { data } = useQuery(gitDeviceFlowQuery(flow))
  const state = data?.state ?? 'pending'

  const end = useEffectEvent((settled: GitDeviceFlowState) => {
    if (settled === 'authorized') {
      void client.invalidateQueries({ queryKey: gitCredentialKeys.list, exact: true })
      toast.success('You are signed in to GitHub')
    }
    onEnd(settled)
  })
  useEffect(() => {
    if (state !== 'pending') end(state)
  }, [state])

  return (
    <>
      <p>Type this code at GitHub:</p>
      <p className="flex items-center gap-2">
        <span className="rounded-md border border-border-strong bg-muted px-3 py-1.5 font-mono text-lg tracking-widest select-all">
          {flow.userCode}
        </span>
        <CopyButton text={flow.userCode} label="Copy the code" />
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <Button asChild size="sm">
          <a href={flow.verificationUri} target="_blank" rel="noreferrer">
            <ExternalLinkIcon />
            Open GitHub
          </a>
        </Button>
        <Button size="sm" variant="ghost" onClick={() => onEnd('pending')}>
          Cancel
        </Button>
        <span role="status" className="flex items-center gap-2 text-xs text-muted-foreground">
          <Spinner className="size-3.5" />
          Waiting for you to allow the access.
        </span>
      </div>
    </>
  )
}
