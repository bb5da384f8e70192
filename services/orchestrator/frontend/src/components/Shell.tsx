import { Suspense, useEffect, useMemo, useState } from 'react'
import { Outlet, useLocation, useNavigate } from 'react-router'
import { useLiveEvents } from '@/api/use-live-events'
import { CommandPalette } from '@/components/CommandPalette'
import { CreateEnvironmentDialog } from '@/components/CreateEnvironmentDialog'
import { useEnvironmentDialogs } from '@/components/EnvironmentDialogs'
import { HelpDialog } from '@/components/HelpDialog'
import { Sidebar } from '@/components/Sidebar'
import { SidebarRail } from '@/components/SidebarRail'
import { Sheet, SheetContent } from '@/components/ui/sheet'
import { TerminalSettingsDialog } from '@/components/TerminalSettingsDialog'
import { TooltipProvider } from '@/components/ui/tooltip'
import { AppActionsContext, type AppActions } from '@/lib/app-actions'
import { sidebarCollapsedChoice } from '@/lib/layout-choices'
import { useChoice } from '@/lib/stored'
import { preloadTerminal } from '@/lib/preload-terminal'
import { useHotkeys } from '@/lib/use-hotkeys'
import { usePaletteKey } from '@/lib/use-palette-key'
import { cn } from '@/lib/utils'

/** What surrounds every page of somebody who is signed in: sidebar, dialogs, keys, live events. */
export function Shell() {
  const live = useLiveEvents()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const [collapsed, setCollapsed] = useChoice(sidebarCollapsedChoice)
  const [creating, setCreating] = useState(false)
  const [helping, setHelping] = useState(false)
  const [settling, setSettling] = useState(false)
  const [finding, setFinding] = useState(false)
  const { questions, dialogs } = useEnvironmentDialogs()
  /** The page on which the drawer was opened: going elsewhere closes it. */
  const [drawerAt, setDrawerAt] = useState<string | null>(null)

  useEffect(() => {
    const timer = setTimeout(preloadTerminal, 500)
    return () => clearTimeout(timer)
  }, [])

  const actions = useMemo<AppActions>(
    () => ({
      ...questions,
      createEnvironment: () => {
        setDrawerAt(null)
        setCreating(true)
      },
      showHelp: () => setHelping(true),
      showTerminalSettings: () => {
        setDrawerAt(null)
        setSettling(true)
      },
      openDrawer: () => setDrawerAt(pathname),
      openPalette: () => {
        setDrawerAt(null)
        setFinding(true)
      },
    }),
    [pathname, questions],
  )
  useHotkeys({
    create: () => setCreating(true),
    dashboard: () => void navigate('/'),
    help: () => setHelping(true),
  })
  usePaletteKey(() => setFinding((open) => !open))

  return (
    <AppActionsContext value={actions}>
      <TooltipProvider>
        <a
          href="#main"
          className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
        >
          Go to the content
        </a>
        <div className="relative flex h-dvh overflow-hidden">
          <aside className={cn('hidden shrink-0 flex-col border-r bg-sidebar md:flex', collapsed ? 'w-13' : 'w-62')}>
            {collapsed ? (
              <SidebarRail onExpand={() => setCollapsed(false)} />
            ) : (
              <Sidebar live={live} onCollapse={() => setCollapsed(true)} />
            )}
          </aside>
          <Sheet open={drawerAt === pathname} onOpenChange={(open) => !open && setDrawerAt(null)}>
            <SheetContent
              title="Environments and sessions"
              // Not on the first button, whose hint would cover what is beside it.
              onOpenAutoFocus={(event) => {
                event.preventDefault()
                if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
              }}
            >
              <Sidebar live={live} />
            </SheetContent>
          </Sheet>
          <main id="main" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col outline-none">
            <Suspense>
              <Outlet />
            </Suspense>
          </main>
        </div>
        <CreateEnvironmentDialog open={creating} onOpenChange={setCreating} />
        {dialogs}
        <CommandPalette open={finding} onOpenChange={setFinding} />
        <TerminalSettingsDialog open={settling} onOpenChange={setSettling} />
        <HelpDialog open={helping} onOpenChange={setHelping} />
      </TooltipProvider>
    </AppActionsContext>
  )
}
