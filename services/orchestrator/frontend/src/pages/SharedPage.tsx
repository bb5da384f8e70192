/** The terminal of a session that somebody else shares: nothing of its environment is here but that. */
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { UsersIcon } from 'lucide-react'
import { Link, Navigate, useParams } from 'react-router'
import { toast } from 'sonner'
import type { SharedSession, TerminalWatcher } from '@craftastic/contract'
import { environmentsQuery } from '@/api/environments'
import { sharedSessionsQuery } from '@/api/session-shares'
import { LoadFailure } from '@/components/LoadFailure'
import { Notice } from '@/components/Notice'
import { PageBar } from '@/components/PageBar'
import { TerminalBoundary } from '@/components/TerminalBoundary'
import { TerminalLinkHint } from '@/components/TerminalLinkHint'
import { TerminalMenu } from '@/components/TerminalMenu'
import { TerminalState } from '@/components/TerminalState'
import { TerminalView, type TerminalHandle } from '@/components/TerminalView'
import { TerminalWatchers } from '@/components/TerminalWatchers'
import { Button } from '@/components/ui/button'
import { Skeleton } from '@/components/ui/skeleton'
import { useCurrentUser } from '@/lib/current-user'
import { sessionLabel } from '@/lib/status'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { readTerminalShortcut } from '@/lib/terminal-shortcuts'
import { useTerminalLook } from '@/lib/use-terminal-look'
import { terminalPath } from '@/lib/use-terminals'

/** No event tells somebody of an environment that is not theirs. */
const askAgainMs = 10_000

export function Component() {
  const { sessionId = '' } = useParams()
  const { data, error, isFetching, refetch } = useQuery({ ...sharedSessionsQuery(), refetchInterval: askAgainMs })
  const user = useCurrentUser()
  const { data: environments } = useQuery(environmentsQuery(user.id))
  const own = environments?.flatMap(({ sessions }) => sessions ?? []).find(({ id }) => id === sessionId)
  const session = data?.find(({ id }) => id === sessionId)

  if (own) return <Navigate to={terminalPath(own)} replace />
  if (session) return <SharedTerminal key={sessionId} session={session} />
  return (
    <>
      <title>Shared session · Craftastic</title>
      <PageBar>
        {data || error ? <h1 className="font-medium">Shared session</h1> : <Skeleton className="h-4 w-40" />}
      </PageBar>
      {data && <NotShared />}
      {!data && error && <LoadFailure error={error} retrying={isFetching} onRetry={() => void refetch()} />}
      {!data && !error && <div className="min-h-0 flex-1 bg-terminal" />}
    </>
  )
}

function NotShared() {
  return (
    <Notice
      icon={<UsersIcon />}
      title="This session is not shared with you"
      action={
        <Button asChild variant="outline">
          <Link to="/">Go to the dashboard</Link>
        </Button>
      }
    >
      It was taken back or deleted, or the address is not complete. Ask whoever sent it to you.
    </Notice>
  )
}

function SharedTerminal({ session }: { session: SharedSession }) {
  const { environment, owner, mode } = session
  const [phase, setPhase] = useState<TerminalPhase>({ name: 'idle' })
  const [watchers, setWatchers] = useState<readonly TerminalWatcher[]>([])
  const [title, setTitle] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const terminal = useRef<TerminalHandle>(null)
  const look = useTerminalLook()
  const label = sessionLabel(session)

  const press = useEffectEvent((event: KeyboardEvent) => {
    const shortcut = readTerminalShortcut(event)
    if (shortcut?.name === 'leave') heading.current?.focus()
    else if (shortcut?.name === 'search') terminal.current?.searchHistory()
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  useEffect(() => {
    // In the capture phase, so that a focused terminal does not take these keys for its program.
    const onKeyDown = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])

  const modeBefore = useRef(mode)
  useEffect(() => {
    if (modeBefore.current === mode) return
    modeBefore.current = mode
    toast(mode === 'edit' ? `${owner.name} lets you type now` : `${owner.name} lets you only watch now`)
  }, [mode, owner.name])

  return (
    <>
      <title>{`${title || label} · ${environment.name}`}</title>
      <PageBar>
        <h1 ref={heading} tabIndex={-1} className="min-w-0 truncate rounded-sm font-medium outline-none">
          {label}
        </h1>
        <span className="min-w-0 flex-1 truncate text-muted-foreground max-sm:sr-only">
          {environment.name}, shared by {owner.name}
        </span>
        <span className="flex-1 sm:hidden" />
        {phase.name === 'connected' && <TerminalWatchers watchers={watchers} />}
        <TerminalState phase={phase} />
        <TerminalMenu onSearch={() => terminal.current?.searchHistory()} />
      </PageBar>
      <div className="relative min-h-0 flex-1 bg-terminal">
        <TerminalBoundary hidden={false}>
          <TerminalView
            ref={terminal}
            session={session}
            place={{ shared: session }}
            visible
            focused
            mode={mode}
            look={look}
            onPhase={setPhase}
            onWatchers={setWatchers}
            onTitle={setTitle}
            onBell={() => undefined}
          />
        </TerminalBoundary>
        <TerminalLinkHint />
      </div>
    </>
  )
}
