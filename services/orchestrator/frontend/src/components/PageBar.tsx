import type { ReactNode } from 'react'
import { MenuIcon } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { useAppActions } from '@/lib/app-actions'

/** The one bar above a page. On a phone it also opens the sidebar. */
export function PageBar({ children }: { children: ReactNode }) {
  const { openDrawer } = useAppActions()
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b pr-3 pl-2 md:pr-4 md:pl-6">
      <Button variant="ghost" size="icon-sm" className="md:hidden" onClick={openDrawer}>
        <MenuIcon />
        <span className="sr-only">Open the sidebar</span>
      </Button>
      {children}
    </header>
  )
}
