import { useQuery } from '@tanstack/react-query'
import { NavLink } from 'react-router'
import type { SharedSession } from '@craftastic/contract'
import { sharedSessionsQuery } from '@/api/session-shares'
import { StatusDot } from '@/components/StatusDot'
import { sharedPath } from '@/lib/shared-session'
import { presentSession, sessionLabel } from '@/lib/status'
import { cn } from '@/lib/utils'

/** What others share with the person; nothing while nobody does. */
export function SidebarShared() {
  const { data: sessions = [] } = useQuery(sharedSessionsQuery())
  if (sessions.length === 0) return null
  return (
    <section aria-label="Shared with you">
      <h2 className="mt-4 mb-1 flex h-7 items-center pl-2 text-xs font-medium text-muted-foreground">
        Shared with you
      </h2>
      <ul className="flex min-w-0 flex-col gap-0.5">
        {sessions.map((session) => (
          <SidebarSharedSession key={session.id} session={session} />
        ))}
      </ul>
    </section>
  )
}

function SidebarSharedSession({ session }: { session: SharedSession }) {
  const { tone, word } = presentSession(session, session.environment)
  const label = sessionLabel(session)
  return (
    <li className="flex">
      <NavLink
        to={sharedPath(session)}
        title={`${label} · ${session.environment.name}, shared by ${session.owner.name}`}
        className={({ isActive }) =>
          cn(
            'flex h-8 min-w-0 flex-1 items-center gap-2 rounded-md px-2 outline-none hover:bg-sidebar-accent focus-visible:ring-2 focus-visible:ring-ring',
            isActive && 'bg-sidebar-accent font-medium',
          )
        }
      >
        <StatusDot tone={tone} word={word} />
        <span className="min-w-12 flex-1 truncate">{label}</span>
        <span className="max-w-[50%] shrink-0 truncate text-xs font-normal text-muted-foreground">
          {session.owner.name}
        </span>
      </NavLink>
    </li>
  )
}
