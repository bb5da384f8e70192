import { PlusIcon } from 'lucide-react'
import { Link, NavLink, useParams } from 'react-router'
import type { Environment, Session } from '@craftastic/contract'
import { Hint } from '@/components/Hint'
import { RungBell } from '@/components/RungBell'
import { Spinner } from '@/components/Spinner'
import { StatusDot } from '@/components/StatusDot'
import { programOf } from '@/lib/programs'
import { useRungSessions } from '@/lib/rung-sessions'
import { useSessionWay } from '@/lib/session-way'
import { inOrder, isAlive, presentEnvironment, presentSession, sessionLabel } from '@/lib/status'
import { useNewTerminal } from '@/lib/use-terminals'
import { cn } from '@/lib/utils'

const rowClass =
  'flex min-w-0 flex-1 items-center gap-2 rounded-md px-2 outline-none hover:bg-sidebar-accent focus-visible:ring-2 focus-visible:ring-ring'
const shownSessions = 8

/** An environment and its sessions, as a branch of the sidebar. */
export function SidebarEnvironment({ environment }: { environment: Environment }) {
  const { sessionId } = useParams()
  const { open, pending } = useNewTerminal()
  const { tone, word } = presentEnvironment(environment)
  const sessions = inOrder(environment.sessions ?? [])
  const shown = sessions.filter(({ id }, index) => index < shownSessions || id === sessionId)
  const hidden = sessions.length - shown.length

  return (
    <li>
      <div className="group relative flex">
        <NavLink
          end
          to={`/environments/${environment.id}`}
          className={({ isActive }) =>
            cn(rowClass, 'h-8 group-hover:pr-9 max-md:pr-9', isActive && 'bg-sidebar-accent font-medium')
          }
        >
          <StatusDot tone={tone} word={word} />
          <span className="min-w-0 flex-1 truncate" title={environment.name}>
            {environment.name}
          </span>
        </NavLink>
        {environment.status === 'running' && (
          <Hint text="New terminal" side="right">
            <button
              type="button"
              disabled={pending}
              onClick={() => open(environment.id, sessions)}
              className="absolute top-1 right-1 grid size-6 place-items-center rounded-sm text-muted-foreground opacity-0 outline-none group-hover:opacity-100 hover:bg-border hover:text-foreground focus-visible:opacity-100 focus-visible:ring-2 focus-visible:ring-ring max-md:opacity-100"
            >
              {pending ? <Spinner className="size-3.5" /> : <PlusIcon className="size-3.5" />}
              <span className="sr-only">New terminal in {environment.name}</span>
            </button>
          </Hint>
        )}
      </div>
      {shown.length > 0 && (
        <ul className="mb-1 ml-3.5 border-l pl-1.5">
          {shown.map((session) => (
            <SidebarSession key={session.id} session={session} environment={environment} />
          ))}
          {hidden > 0 && (
            <li className="flex">
              <NavLink
                to={`/environments/${environment.id}`}
                className={cn(rowClass, 'h-7 text-xs text-muted-foreground')}
              >
                {hidden} more
              </NavLink>
            </li>
          )}
        </ul>
      )}
    </li>
  )
}

function SidebarSession({ session, environment }: { session: Session; environment: Environment }) {
  const { tone, word } = presentSession(session, environment)
  const label = sessionLabel(session)
  const rung = useRungSessions().has(session.id)
  const { path, go, place } = useSessionWay()(session)
  const alive = isAlive(session, environment)
  const program = alive ? programOf(session) : null
  return (
    <li className="flex">
      <Link
        to={path}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return
          event.preventDefault()
          go()
        }}
        aria-current={place === 'front' ? 'page' : undefined}
        className={cn(
          rowClass,
          'h-7 text-muted-foreground',
          place && 'bg-sidebar-accent text-foreground',
          place === 'front' && 'font-medium',
        )}
      >
        {rung ? <RungBell /> : <StatusDot tone={tone} word={word} />}
        <span className="min-w-12 flex-1 truncate" title={[label, alive && session.title].filter(Boolean).join(' · ')}>
          {label}
        </span>
        {program && <span className="max-w-[50%] shrink-0 truncate font-mono text-xs">{program}</span>}
      </Link>
    </li>
  )
}
