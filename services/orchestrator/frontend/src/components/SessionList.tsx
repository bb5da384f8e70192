import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { PlusIcon, SquareTerminalIcon } from 'lucide-react'
import type { Environment } from '@craftastic/contract'
import { sessionsQuery } from '@/api/sessions'
import { CreateSessionDialog } from '@/components/CreateSessionDialog'
import { Notice } from '@/components/Notice'
import { SessionRow } from '@/components/SessionRow'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { Card, CardHeader, CardTitle } from '@/components/ui/card'
import { inOrder } from '@/lib/status'
import { useNewTerminal } from '@/lib/use-terminals'

/** The sessions of one environment. What tmux says now comes in behind what the page knows already. */
export function SessionList({ environment }: { environment: Environment }) {
  const running = environment.status === 'running'
  const [creating, setCreating] = useState(false)
  const { open, pending } = useNewTerminal()
  const { data } = useQuery({ ...sessionsQuery(environment.id), enabled: running })
  const sessions = inOrder((running ? data : undefined) ?? environment.sessions ?? [])

  return (
    <Card aria-label="Sessions" className="overflow-hidden">
      <CardHeader>
        <CardTitle>
          Sessions
          {sessions.length > 0 && <span className="ml-2 font-normal text-muted-foreground">{sessions.length}</span>}
        </CardTitle>
        {sessions.length > 0 && (
          <Button variant="outline" size="sm" disabled={!running} onClick={() => setCreating(true)}>
            <PlusIcon />
            New session
          </Button>
        )}
      </CardHeader>
      {sessions.length === 0 ? (
        <Notice
          className="py-10"
          icon={<SquareTerminalIcon />}
          title="No sessions yet"
          action={
            running && (
              <>
                <Button disabled={pending} onClick={() => open(environment.id, sessions)}>
                  {pending ? <Spinner /> : <SquareTerminalIcon />}
                  Open a terminal
                </Button>
                <Button variant="outline" onClick={() => setCreating(true)}>
                  Choose name and directory
                </Button>
              </>
            )
          }
        >
          A session is a terminal that stays: close the page while <code className="font-mono text-xs">npm test</code>{' '}
          runs, come back, and it is still there.
        </Notice>
      ) : (
        <ul className="divide-y">
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} environment={environment} />
          ))}
        </ul>
      )}
      <CreateSessionDialog
        environmentId={environment.id}
        sessions={sessions}
        open={creating}
        onOpenChange={setCreating}
      />
    </Card>
  )
}
