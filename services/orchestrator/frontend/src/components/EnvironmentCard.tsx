import { SquareTerminalIcon } from 'lucide-react'
import { Link } from 'react-router'
import type { Environment } from '@craftastic/contract'
import { EnvironmentMenu } from '@/components/EnvironmentMenu'
import { NoticeMark } from '@/components/EnvironmentNotice'
import { RelativeTime } from '@/components/RelativeTime'
import { RepositoryLink } from '@/components/RepositoryLink'
import { Spinner } from '@/components/Spinner'
import { StatusDot, StatusWord } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Progress } from '@/components/ui/progress'
import { VerbButton } from '@/components/VerbButton'
import { offeredVerbs } from '@/lib/environment-verbs'
import { currentStep, isSettled, operationPercent } from '@/lib/operation-progress'
import { queueWords, stepLabel } from '@/lib/operation-words'
import { explainEnvironment, inOrder, presentEnvironment, presentSession, sessionLabel } from '@/lib/status'
import { terminalPath, useOpenTerminal } from '@/lib/use-terminals'
import { cn } from '@/lib/utils'

/** One environment at a glance; the whole card leads to it. */
export function EnvironmentCard({ environment }: { environment: Environment }) {
  const { tone, word } = presentEnvironment(environment)
  return (
    <Card
      className={cn(
        'relative flex min-h-44 flex-col transition-colors duration-150 hover:border-border-strong has-[>div>h2>a:focus-visible]:ring-2 has-[>div>h2>a:focus-visible]:ring-ring',
        environment.status === 'deleting' && 'bg-muted',
      )}
    >
      <div className="flex items-center gap-2 px-4 pt-3">
        <h2 className="min-w-0 flex-1 truncate font-medium" title={environment.name}>
          <Link
            to={`/environments/${environment.id}`}
            className="outline-none after:absolute after:inset-0 after:rounded-lg"
          >
            {environment.name}
          </Link>
        </h2>
        <NoticeMark environment={environment} className="relative z-10" />
        <StatusWord tone={tone} word={word} />
        <EnvironmentMenu environment={environment} className="relative z-10 -mr-2" />
      </div>
      <RepositoryLink environment={environment} linked={false} className="px-4 text-xs" />
      <div className="flex min-h-13 flex-1 flex-col justify-end px-4 pt-3 pb-3">
        <CardBody environment={environment} />
      </div>
      <CardFoot environment={environment} />
    </Card>
  )
}

function CardBody({ environment }: { environment: Environment }) {
  const { status, operation } = environment
  if (status === 'running') return <CardSessions environment={environment} />
  if (status === 'error') {
    const reason = operation?.error?.reason ?? explainEnvironment(environment)
    return (
      <p className="mb-auto line-clamp-3 text-xs break-words text-destructive-text" title={reason}>
        {reason}
      </p>
    )
  }
  const step = operation && !isSettled(operation) ? currentStep(operation) : undefined
  if (!operation || !step) {
    return <p className="mb-auto line-clamp-3 text-xs text-muted-foreground">{explainEnvironment(environment)}</p>
  }
  const label = queueWords(operation) ?? stepLabel(operation.kind, step.name)
  return (
    <div className="grid gap-2 pb-1">
      <div className="flex justify-between gap-3 text-xs text-muted-foreground">
        <span className="truncate">{label}</span>
        {step.percent !== null && <span className="tabular-nums">{Math.round(step.percent)} %</span>}
      </div>
      <Progress value={operationPercent(operation)} aria-label={`${environment.name}: ${label}`} />
    </div>
  )
}

/** As many as usually fit beside each other. */
const fitting = 3

/** The first sessions, each a way straight into its terminal. */
function CardSessions({ environment }: { environment: Environment }) {
  const sessions = inOrder(environment.sessions ?? [])
  if (sessions.length === 0) return null
  const shown = sessions.slice(0, sessions.length > fitting ? fitting - 1 : fitting)
  const more = sessions.length - shown.length
  return (
    <ul aria-label="Sessions" className="relative z-10 flex min-w-0 gap-1.5">
      {shown.map((session) => {
        const { tone, word } = presentSession(session, environment)
        return (
          <li key={session.id} className="flex min-w-0">
            <Link
              to={terminalPath(session)}
              title={[sessionLabel(session), session.currentCommand].filter(Boolean).join(' · ')}
              className="flex h-7 max-w-32 min-w-0 items-center gap-1.5 rounded-md border bg-muted px-2 text-xs outline-none hover:border-border-strong hover:bg-accent focus-visible:ring-2 focus-visible:ring-ring"
            >
              <StatusDot tone={tone} word={word} />
              <span className="truncate">{sessionLabel(session)}</span>
            </Link>
          </li>
        )
      })}
      {more > 0 && <li className="flex h-7 shrink-0 items-center text-xs text-muted-foreground">+{more}</li>}
    </ul>
  )
}

function CardFoot({ environment }: { environment: Environment }) {
  const sessions = environment.sessions?.length ?? 0
  return (
    <div className="flex h-11 shrink-0 items-center gap-2 border-t pr-2 pl-4 text-xs text-muted-foreground">
      <span className="shrink-0">
        {sessions === 0 ? 'No sessions' : sessions === 1 ? '1 session' : `${sessions} sessions`}
      </span>
      <span aria-hidden="true">·</span>
      <span className="min-w-0 truncate">
        {environment.lastActivityAt ? (
          <>
            used <RelativeTime at={environment.lastActivityAt} className="relative z-10" />
          </>
        ) : (
          <>
            created <RelativeTime at={environment.createdAt} className="relative z-10" />
          </>
        )}
      </span>
      {/* Keeps its room while there is nothing to do: a second click on a button that went must not open the page. */}
      <span className="relative z-10 ml-auto flex h-full min-w-20 shrink-0 cursor-default items-center justify-end">
        <CardAction environment={environment} />
      </span>
    </div>
  )
}

function CardAction({ environment }: { environment: Environment }) {
  if (environment.status === 'running') return <OpenTerminalButton environment={environment} />
  const [verb] = offeredVerbs(environment)
  return verb && <VerbButton environment={environment} verb={verb} variant="outline" size="xs" />
}

function OpenTerminalButton({ environment }: { environment: Environment }) {
  const { open, pending } = useOpenTerminal()
  return (
    <Button variant="ghost" size="xs" className="text-foreground" disabled={pending} onClick={() => open(environment)}>
      {pending ? <Spinner className="size-3.5" /> : <SquareTerminalIcon />}
      Open terminal
    </Button>
  )
}
