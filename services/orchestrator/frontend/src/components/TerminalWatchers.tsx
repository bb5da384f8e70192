import { UsersIcon } from 'lucide-react'
import type { TerminalWatcher } from '@craftastic/contract'
import { Button } from '@/components/ui/button'
import { Tooltip, TooltipContent, TooltipTrigger } from '@/components/ui/tooltip'

/** How many pages show this session, and whose they are; nothing while it is only this one. */
export function TerminalWatchers({ watchers }: { watchers: readonly TerminalWatcher[] }) {
  if (watchers.length < 2) return null
  return (
    <Tooltip>
      <TooltipTrigger asChild>
        <Button
          variant="ghost"
          size="sm"
          aria-label={`${watchers.length} watching`}
          className="shrink-0 px-2 text-xs text-muted-foreground"
        >
          <UsersIcon />
          <span className="tabular-nums">{watchers.length}</span>
          <span className="max-sm:hidden">watching</span>
        </Button>
      </TooltipTrigger>
      <TooltipContent>
        <ul>
          {watchers.map((watcher) => (
            <li key={watcher.id}>{describeWatcher(watcher)}</li>
          ))}
        </ul>
      </TooltipContent>
    </Tooltip>
  )
}

function describeWatcher({ name, mode, self }: TerminalWatcher): string {
  return `${name}${self ? ' (you)' : ''}: ${mode === 'view' ? 'view only' : 'typing allowed'}`
}
