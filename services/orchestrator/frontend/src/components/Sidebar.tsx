import { LayoutGridIcon, PanelLeftCloseIcon, PlusIcon, SearchIcon, WifiOffIcon } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { Link, NavLink } from 'react-router'
import { environmentsQuery } from '@/api/environments'
import type { EventStreamState } from '@/api/events'
import { Hint } from '@/components/Hint'
import { Logo } from '@/components/Logo'
import { SidebarEnvironment } from '@/components/SidebarEnvironment'
import { SidebarShared } from '@/components/SidebarShared'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/kbd'
import { Skeleton } from '@/components/ui/skeleton'
import { UserMenu } from '@/components/UserMenu'
import { useAppActions } from '@/lib/app-actions'
import { useCurrentUser } from '@/lib/current-user'
import { paletteModifier } from '@/lib/use-palette-key'
import { cn } from '@/lib/utils'

/** Every environment and session, one click away. The same in the drawer of a phone, where nothing collapses. */
export function Sidebar({ live, onCollapse }: { live: EventStreamState; onCollapse?: () => void }) {
  const { createEnvironment, openPalette } = useAppActions()
  const user = useCurrentUser()
  const { data: environments, isPending } = useQuery(environmentsQuery(user.id))

  return (
    <>
      <div className="flex h-12 shrink-0 items-center gap-2 pr-2 pl-3">
        <Link
          to="/"
          className="flex min-w-0 flex-1 items-center gap-2 rounded-md font-medium outline-none focus-visible:ring-2 focus-visible:ring-ring"
        >
          <Logo />
          Craftastic
        </Link>
        {onCollapse && (
          <Hint text="Collapse the sidebar" side="right">
            <Button variant="ghost" size="icon-sm" onClick={onCollapse}>
              <PanelLeftCloseIcon />
              <span className="sr-only">Collapse the sidebar</span>
            </Button>
          </Hint>
        )}
      </div>

      <nav
        aria-label="Environments and sessions"
        className="relative flex min-h-0 flex-1 flex-col overflow-y-auto px-2 pb-4"
      >
        <button
          type="button"
          onClick={openPalette}
          className="mb-2 flex h-8 shrink-0 items-center gap-2 rounded-md border border-input bg-background px-2 text-left text-muted-foreground outline-none hover:text-foreground focus-visible:ring-2 focus-visible:ring-ring"
        >
          <SearchIcon aria-hidden="true" className="size-3.5" />
          <span className="flex-1">Find…</span>
          <span className="flex gap-1 pointer-coarse:hidden" aria-hidden="true">
            <Kbd>{paletteModifier}</Kbd>
            <Kbd>K</Kbd>
          </span>
        </button>
        <NavLink
          end
          to="/"
          className={({ isActive }) =>
            cn(
              'flex h-8 shrink-0 items-center gap-2 rounded-md px-2 outline-none hover:bg-sidebar-accent focus-visible:ring-2 focus-visible:ring-ring',
              isActive && 'bg-sidebar-accent font-medium',
            )
          }
        >
          <LayoutGridIcon aria-hidden="true" className="size-3.5 text-muted-foreground" />
          Dashboard
        </NavLink>
        <div className="mt-4 mb-1 flex h-7 shrink-0 items-center justify-between pl-2">
          <h2 className="text-xs font-medium text-muted-foreground">Environments</h2>
          <Hint text="New environment" side="right">
            <Button variant="ghost" size="icon-xs" className="mr-1" onClick={createEnvironment}>
              <PlusIcon className="size-3.5" />
              <span className="sr-only">New environment</span>
            </Button>
          </Hint>
        </div>
        {isPending && (
          <div aria-hidden="true" className="grid gap-2 px-2 pt-1">
            <Skeleton className="h-5 w-4/5" />
            <Skeleton className="h-5 w-3/5" />
            <Skeleton className="h-5 w-2/3" />
          </div>
        )}
        <ul className="flex min-w-0 flex-col gap-0.5">
          {environments?.map((environment) => (
            <SidebarEnvironment key={environment.id} environment={environment} />
          ))}
        </ul>
        {environments?.length === 0 && <p className="px-2 text-xs text-muted-foreground">None yet.</p>}
        <SidebarShared />
      </nav>

      <div className="shrink-0 border-t p-2">
        {live === 'lost' && (
          <p role="status" className="flex items-center gap-2 px-2 pb-2 text-xs text-muted-foreground">
            <WifiOffIcon aria-hidden="true" className="size-3.5 shrink-0" />
            Live updates are interrupted. Reconnecting.
          </p>
        )}
        <UserMenu compact={false} />
      </div>
    </>
  )
}
