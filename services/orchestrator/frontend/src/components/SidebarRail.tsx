import { LayoutGridIcon, PanelLeftOpenIcon, PlusIcon, SearchIcon } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { NavLink, useParams } from 'react-router'
import { environmentsQuery } from '@/api/environments'
import { Hint } from '@/components/Hint'
import { StatusDot } from '@/components/StatusDot'
import { Button } from '@/components/ui/button'
import { UserMenu } from '@/components/UserMenu'
import { useAppActions } from '@/lib/app-actions'
import { useCurrentUser } from '@/lib/current-user'
import { initials } from '@/lib/initials'
import { presentEnvironment } from '@/lib/status'
import { paletteModifier } from '@/lib/use-palette-key'
import { cn } from '@/lib/utils'

const itemClass =
  'relative grid size-9 shrink-0 place-items-center rounded-md text-xs font-medium text-muted-foreground outline-none hover:bg-sidebar-accent hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring'

/** The sidebar when collapsed: one square per environment. */
export function SidebarRail({ onExpand }: { onExpand: () => void }) {
  const { createEnvironment, openPalette } = useAppActions()
  const { environmentId } = useParams()
  const user = useCurrentUser()
  const { data: environments } = useQuery(environmentsQuery(user.id))

  return (
    <>
      <div className="grid h-12 shrink-0 place-items-center">
        <Hint text="Expand the sidebar" side="right">
          <Button variant="ghost" size="icon-sm" onClick={onExpand}>
            <PanelLeftOpenIcon />
            <span className="sr-only">Expand the sidebar</span>
          </Button>
        </Hint>
      </div>
      <nav
        aria-label="Environments"
        className="relative flex min-h-0 flex-1 flex-col items-center gap-1 overflow-y-auto pb-2"
      >
        <Hint text={`Find · ${paletteModifier}+K`} side="right">
          <button type="button" className={itemClass} onClick={openPalette}>
            <SearchIcon aria-hidden="true" className="size-4" />
            <span className="sr-only">Find</span>
          </button>
        </Hint>
        <Hint text="Dashboard" side="right">
          <NavLink
            end
            to="/"
            className={({ isActive }) => cn(itemClass, isActive && 'bg-sidebar-accent text-foreground')}
          >
            <LayoutGridIcon aria-hidden="true" className="size-4" />
            <span className="sr-only">Dashboard</span>
          </NavLink>
        </Hint>
        {environments?.map((environment) => {
          const { tone, word } = presentEnvironment(environment)
          return (
            <Hint key={environment.id} text={`${environment.name} · ${word}`} side="right">
              <NavLink
                to={`/environments/${environment.id}`}
                className={cn(itemClass, environment.id === environmentId && 'bg-sidebar-accent text-foreground')}
              >
                <span aria-hidden="true">{initials(environment.name, 2)}</span>
                <StatusDot tone={tone} className="absolute right-0.5 bottom-0.5 scale-80" />
                <span className="sr-only">
                  {environment.name}, {word}
                </span>
              </NavLink>
            </Hint>
          )
        })}
        <Hint text="New environment" side="right">
          <button type="button" className={itemClass} onClick={createEnvironment}>
            <PlusIcon aria-hidden="true" className="size-4" />
            <span className="sr-only">New environment</span>
          </button>
        </Hint>
      </nav>
      <div className="shrink-0 border-t p-1.5">
        <UserMenu compact />
      </div>
    </>
  )
}
