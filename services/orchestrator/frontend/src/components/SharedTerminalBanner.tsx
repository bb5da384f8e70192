import { Link } from 'react-router'
import type { SharedSession } from '@craftastic/contract'
import { BannerBox } from '@/components/BannerBox'
import { ConnectionBanner, endsWithEnvironment } from '@/components/TerminalBanner'
import { Button } from '@/components/ui/button'
import type { TerminalPhase } from '@/lib/terminal-connection'

interface Props {
  phase: TerminalPhase
  shared: SharedSession
  /** How often somebody typed in vain since the page opened. */
  refusals: number
  onConnect: () => void
}

/** As `TerminalBanner`, over a session of somebody else's, who alone can start its environment. */
export function SharedTerminalBanner({ phase, shared, refusals, onConnect }: Props) {
  const owner = shared.owner.name
  const away = (
    <Button asChild size="sm" variant="outline">
      <Link to="/">Go to the dashboard</Link>
    </Button>
  )
  if (phase.name === 'gone') {
    return (
      <BannerBox title="This session is not shared with you any more" refusals={refusals} action={away}>
        {owner} took it back, or deleted the session.
      </BannerBox>
    )
  }
  const isLost = endsWithEnvironment.includes(phase.name) && !(phase.name === 'connecting' && !phase.again)
  if (shared.environment.status !== 'running' && isLost) {
    return (
      <BannerBox title="The environment does not run" refusals={refusals} action={away}>
        {owner} can start it. The terminal then opens by itself.
      </BannerBox>
    )
  }
  if (phase.name === 'ended' && shared.mode === 'view') {
    return (
      <BannerBox title="The program ended" refusals={refusals} action={away}>
        {owner} can start a new shell.
      </BannerBox>
    )
  }
  return <ConnectionBanner phase={phase} refusals={refusals} onConnect={onConnect} />
}
