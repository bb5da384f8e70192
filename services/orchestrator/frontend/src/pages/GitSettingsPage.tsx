import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { KeyRoundIcon, PlusIcon } from 'lucide-react'
import { gitCredentialsQuery } from '@/api/git-credentials'
import { GitCredentialDialog, type CredentialQuestion } from '@/components/GitCredentialDialog'
import { GitCredentialRow } from '@/components/GitCredentialRow'
import { GitDeviceFlow } from '@/components/GitDeviceFlow'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { Skeleton } from '@/components/ui/skeleton'

/** The tokens that this user's environments show to Git hosts. */
export function Component() {
  const { data, error, isFetching, refetch } = useQuery(gitCredentialsQuery())
  const [question, setQuestion] = useState<CredentialQuestion | null>(null)
  const add = (
    <Button size="sm" variant="outline" onClick={() => setQuestion({ host: '' })}>
      <PlusIcon />
      Add a token
    </Button>
  )

  return (
    <>
      <title>Git tokens · Craftastic</title>
      <PageBar>
        <h1 className="font-medium">Git tokens</h1>
      </PageBar>
      <div className="relative min-h-0 flex-1 overflow-y-auto">
        <div className="grid max-w-3xl gap-5 p-4 md:p-6">
          <p className="text-pretty text-muted-foreground">
            With a token, your environments clone private repositories, pull and push. It is kept encrypted on this
            server and sent to its own host only; no environment ever sees it.
          </p>
          {error && !data ? (
            <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />
          ) : (
            <>
              {data?.deviceFlowHost && (
                <GitDeviceFlow
                  host={data.deviceFlowHost}
                  signedIn={data.credentials.some(({ host }) => host === data.deviceFlowHost)}
                />
              )}
              <Card aria-label="Tokens" className="overflow-hidden">
                <CardHeader>
                  <CardTitle>Tokens</CardTitle>
                  {data && data.credentials.length > 0 && add}
                </CardHeader>
                {!data && (
                  <div aria-hidden="true" className="grid gap-3 p-4">
                    <Skeleton className="h-5 w-2/5" />
                    <Skeleton className="h-5 w-1/3" />
                  </div>
                )}
                {data?.credentials.length === 0 && (
                  <Notice icon={<KeyRoundIcon />} title="No token yet" action={add} className="py-10">
                    Make one at your Git host with the right to read and write code, such as a fine-grained personal
                    access token of GitHub.
                  </Notice>
                )}
                <ul className="divide-y">
                  {data?.credentials.map((credential) => (
                    <GitCredentialRow
                      key={credential.id}
                      credential={credential}
                      onReplace={() =>
                        setQuestion({ host: credential.host, username: credential.username, replaces: true })
                      }
                    />
                  ))}
                </ul>
              </Card>
            </>
          )}
        </div>
      </div>
      <GitCredentialDialog question={question} onClose={() => setQuestion(null)} />
    </>
  )
}
