import { Link, useLocation } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { BannerBox } from '@/components/BannerBox'
import { EnvironmentBanner } from '@/components/EnvironmentBanner'
import { Spinner } from '@/components/Spinner'
import { Button } from '@/components/ui/button'
import { loginPath } from '@/lib/return-path'
import type { TerminalPhase } from '@/lib/terminal-connection'
import { useNow } from '@/lib/ticker'

/** What comes of an environment that does not run, so that its state says more than the terminal's. */
export const endsWithEnvironment: readonly TerminalPhase['name'][] = ['connecting', 'waiting', 'ended', 'stopped']

interface Props {
  phase: TerminalPhase
  environment: Environment
  /** How often somebody typed in vain since the page opened. */
  refusals: number
  onConnect: () => void
}

/** Says why a terminal is not connected, and offers the one thing that helps. */
export function TerminalBanner({ phase, environment, refusals, onConnect }: Props) {
  const isFirst = phase.name === 'connecting' && !phase.again
  if (environment.status !== 'running' && endsWithEnvironment.includes(phase.name) && !isFirst) {
    return <EnvironmentBanner environment={environment} refusals={refusals} />
  }
  if (phase.name !== 'gone') return <ConnectionBanner phase={phase} refusals={refusals} onConnect={onConnect} />
  return (
    <BannerBox
      title="This session no longer exists"
      refusals={refusals}
      action={
        <Button asChild size="sm" variant="outline">
          <Link to={`/environments/${environment.id}`}>Go to the environment</Link>
        </Button>
      }
    >
      It was deleted.
    </BannerBox>
  )
}

/** What is the same whosever session it is; what has gone, the banners say that know whose it was. */
export function ConnectionBanner({ phase, refusals, onConnect }: Omit<Props, 'environment'>) {
  const { pathname } = useLocation()
  const connect = (words: string) => (
    <Button size="sm" onClick={onConnect}>
      {words}
    </Button>
  )

  switch (phase.name) {
    case 'idle':
    case 'connected':
    case 'gone':
      return null
    case 'connecting':
    case 'waiting':
      if (phase.name === 'connecting' && !phase.again) return <Connecting />
      return (
        <BannerBox
          late
          title={navigator.onLine ? 'Connection lost' : 'You are offline'}
          refusals={refusals}
          action={connect('Reconnect now')}
        >
          <Countdown untilMs={phase.name === 'waiting' ? phase.retryAtMs : 0} /> Programs keep running, and what you
          type is sent then.
        </BannerBox>
      )
    case 'ended':
      return (
        <BannerBox title="The program ended" refusals={refusals} action={connect('Start again')}>
          A new shell starts in the session’s directory.
        </BannerBox>
      )
    case 'stopped':
      return (
        <BannerBox late title="Connecting again" refusals={refusals} action={connect('Connect now')}>
          The terminal opens by itself.
        </BannerBox>
      )
    case 'signed-out':
      return (
        <BannerBox
          title="You are signed out"
          refusals={refusals}
          action={
            <Button asChild size="sm">
              <Link to={loginPath(pathname)}>Sign in</Link>
            </Button>
          }
        >
          Programs keep running.
        </BannerBox>
      )
    case 'refused':
      return (
        <BannerBox title="The server refused this terminal" refusals={refusals} action={connect('Try again')}>
          {phase.reason}
        </BannerBox>
      )
  }
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
