import type { ReactNode } from 'react'
import { Link, useLocation } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { loginPath } from '@/lib/return-path'
import { explainEnvironment } from '@/lib/status'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { useNow } from '@/lib/ticker'
import { cn } from '@/lib/utils'

interface Props {
  phase: TerminalPhase
  environment: Environment
  /** How often somebody typed in vain since the page opened. */
  refusals: number
  onConnect: () => void
}

/** Says why a terminal is not connected, and offers the one thing that helps. */
export function TerminalBanner({ phase, environment, refusals, onConnect }: Props) {
  const { pathname } = useLocation()
  if (phase.name === 'connected' || phase.name === 'idle') return null
  if (phase.name === 'connecting' && !phase.again) return <Connecting />

  const toEnvironment = (
    <Button asChild size="sm" variant="outline">
      <Link to={`/environments/${environment.id}`}>Go to the environment</Link>
    </Button>
  )
  const connect = (words: string) => (
    <Button size="sm" onClick={onConnect}>
      {words}
    </Button>
  )

  switch (phase.name) {
    case 'connecting':
    case 'waiting':
      return (
        <Banner
          late
          title={navigator.onLine ? 'Connection lost' : 'You are offline'}
          refusals={refusals}
          action={connect('Reconnect now')}
        >
          <Countdown untilMs={phase.name === 'waiting' ? phase.retryAtMs : 0} /> Programs keep running.
        </Banner>
      )
    case 'ended':
      return (
        <Banner title="The program ended" refusals={refusals} action={connect('Start again')}>
          A new shell starts in the session’s directory.
        </Banner>
      )
    case 'stopped':
      return (
        <Banner
          title="The environment is not running"
          refusals={refusals}
          action={environment.status === 'running' ? connect('Try again') : toEnvironment}
        >
          {environment.status === 'running' ? 'It was stopped a moment ago.' : explainEnvironment(environment)}
        </Banner>
      )
    case 'gone':
      return (
        <Banner title="This session no longer exists" refusals={refusals} action={toEnvironment}>
          It was deleted.
        </Banner>
      )
    case 'signed-out':
      return (
        <Banner
          title="You are signed out"
          refusals={refusals}
          action={
            <Button asChild size="sm">
              <Link to={loginPath(pathname)}>Sign in</Link>
            </Button>
          }
        >
          Programs keep running.
        </Banner>
      )
    case 'refused':
      return (
        <Banner title="The server refused this terminal" refusals={refusals} action={connect('Try again')}>
          {phase.reason}
        </Banner>
      )
  }
}

function Banner({
  title,
  late = false,
  refusals,
  action,
  children,
}: {
  title: string
  /** Shows itself after a moment, because most losses are mended sooner. */
  late?: boolean
  refusals: number
  action: ReactNode
  children: ReactNode
}) {
  return (
    <div className="absolute inset-x-0 top-4 z-10 flex justify-center px-4">
      <div
        className={cn(
          'flex max-w-lg flex-wrap items-center gap-x-4 gap-y-3 rounded-lg border border-border-strong bg-popover py-3 pr-3 pl-4 text-popover-foreground shadow-lg animate-in fill-mode-backwards duration-150 fade-in-0',
          late && refusals === 0 && 'delay-400',
        )}
      >
        <div role="status" className="min-w-0 flex-1 basis-52">
          <p className="font-medium">{title}</p>
          <p className="text-xs text-muted-foreground">{children}</p>
          {refusals > 0 && (
            <p key={refusals} className="mt-1 animate-pulse text-xs font-medium repeat-[2]">
              What you typed was not sent.
            </p>
          )}
        </div>
        {action}
      </div>
    </div>
  )
}

/** Shows itself late, because most connections are there sooner. */
function Connecting() {
  return (
    <div
      role="status"
      className="absolute top-4 right-4 z-10 flex animate-in items-center gap-2 rounded-md border bg-popover px-2.5 py-1.5 text-xs text-muted-foreground delay-300 duration-150 fill-mode-backwards fade-in-0"
    >
      <Spinner className="size-3.5" />
      Connecting
    </div>
  )
}

function Countdown({ untilMs }: { untilMs: number }) {
  const nowMs = useNow(500)
  const seconds = Math.max(0, Math.ceil((untilMs - nowMs) / 1000))
  return (
    <>
      <span className="sr-only">Reconnecting.</span>
      <span aria-hidden="true" className="tabular-nums">
        {seconds > 0 ? `Reconnecting in ${seconds} s.` : 'Reconnecting.'}
      </span>
    </>
  )
}
