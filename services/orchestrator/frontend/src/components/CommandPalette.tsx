/** Every environment, session and command, found by typing. */
import { useState, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from 'react-router'
import { environmentsQuery } from '@/api/environments'
import { sharedSessionsQuery } from '@/api/session-shares'
import { Spinner } from '@/components/Spinner'
import { StatusDot } from '@/components/StatusDot'
import {
  Command,
  CommandDialogContent,
  CommandGroup,
  CommandInput,
  CommandItem,
  CommandList,
} from '@/components/ui/command'
import { Dialog } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { useCurrentUser } from '@/lib/current-user'
import { usePageCommands } from '@/lib/page-commands'
import {
  environmentItems,
  searchPalette,
  sessionItems,
  sharedItems,
  type PaletteGroup,
  type PaletteItem,
} from '@/lib/palette-items'
import { useRecentPlaces } from '@/lib/recent-places'
import { useSessionWay } from '@/lib/session-way'
import { sharedPath } from '@/lib/shared-session'
import { useAfterMenu } from '@/lib/use-after-menu'
import { useAppCommands, useEnvironmentCommands } from '@/lib/use-palette-actions'

/** Before anything is typed, places leave room for the commands below them. */
const placesAtFirst = 5

export function CommandPalette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const navigate = useNavigate()
  const { environmentId, sessionId } = useParams()
  const user = useCurrentUser()
  const { data: environments, isPending, isError } = useQuery(environmentsQuery(user.id))
  const { data: shared = [] } = useQuery(sharedSessionsQuery())
  const here = environments?.find(({ id }) => id === environmentId)
  const wayTo = useSessionWay()
  const recent = useRecentPlaces([sessionId, environmentId])
  const appCommands = useAppCommands()
  const environmentCommands = useEnvironmentCommands(here)
  const pageCommands = usePageCommands()
  // What is chosen begins when the palette is gone, with the focus back in its place.
  const afterwards = useAfterMenu()

  const goToEnvironment = ({ id }: { id: string }) => {
    void navigate(`/environments/${id}`)
    document.getElementById('main')?.focus()
  }
  const groups = (): PaletteGroup[] => [
    {
      title: 'Sessions',
      items: sessionItems(environments ?? [], recent, sessionId, (session) => wayTo(session).go()),
      atFirst: placesAtFirst,
    },
    {
      title: 'Environments',
      items: environmentItems(environments ?? [], recent, sessionId ? undefined : environmentId, goToEnvironment),
      atFirst: placesAtFirst,
    },
    {
      title: 'Shared with you',
      items: sharedItems(shared, recent, sessionId, (session) => void navigate(sharedPath(session))),
      atFirst: placesAtFirst,
    },
    { title: here?.name ?? 'This page', items: [...environmentCommands, ...pageCommands] },
    { title: 'Commands', items: appCommands },
  ]

  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <CommandDialogContent title="Find" onCloseAutoFocus={afterwards.onCloseAutoFocus}>
        <Palette
          groups={groups()}
          message={
            isPending ? (
              <>
                <Spinner /> Environments are being loaded.
              </>
            ) : isError && !environments ? (
              'The environments could not be loaded.'
            ) : null
          }
          onChoose={(item) => {
            afterwards.then(item.run)()
            onOpenChange(false)
          }}
        />
      </CommandDialogContent>
    </Dialog>
  )
}

/** Mounted anew each time, so that it opens empty. */
function Palette({
  groups,
  message,
  onChoose,
}: {
  groups: readonly PaletteGroup[]
  message: ReactNode
  onChoose: (item: PaletteItem) => void
}) {
  const [search, setSearch] = useState('')
  const shown = searchPalette(groups, search)
  return (
    // Its vim keys would take Ctrl+K, which closes the palette.
    <Command label="Find" shouldFilter={false} loop vimBindings={false}>
      <CommandInput value={search} onValueChange={setSearch} placeholder="Find an environment, a session, a command" />
      <CommandList>
        {message && (
          <p role="status" className="flex items-center gap-2 px-2.5 py-2 text-muted-foreground">
            {message}
          </p>
        )}
        {shown.length === 0 && (
          <p role="status" className="px-2.5 py-8 text-center break-words text-muted-foreground">
            Nothing matches “{search.trim()}”.
          </p>
        )}
        {shown.map(({ title, items }) => (
          <CommandGroup key={title} heading={title}>
            {items.map((item) => (
              <CommandItem key={item.id} value={item.id} onSelect={() => onChoose(item)}>
                <ItemContent item={item} />
              </CommandItem>
            ))}
          </CommandGroup>
        ))}
      </CommandList>
      <p className="flex shrink-0 items-center gap-1 border-t px-4 py-2 text-xs text-muted-foreground pointer-coarse:hidden">
        <Kbd>↑</Kbd>
        <Kbd>↓</Kbd>
        <span className="mr-3 ml-1">choose</span>
        <Kbd>Enter</Kbd>
        <span className="mr-3 ml-1">go</span>
        <Kbd>Esc</Kbd>
        <span className="ml-1">close</span>
      </p>
    </Command>
  )
}

function ItemContent({ item: { look, within, label, detail, keys } }: { item: PaletteItem }) {
  const Icon = 'tone' in look ? null : look
  return (
    <>
      <span className="grid size-4 shrink-0 place-items-center text-muted-foreground">
        {'tone' in look ? <StatusDot tone={look.tone} word={look.word === detail ? undefined : look.word} /> : null}
        {Icon && <Icon />}
      </span>
      <span className="min-w-0 flex-1 truncate">
        {within && (
          <span className="text-muted-foreground">
            {within} <span aria-hidden="true">›</span>{' '}
          </span>
        )}
        {label}
      </span>
      {detail && <span className="max-w-[40%] shrink-0 truncate text-xs text-muted-foreground">{detail}</span>}
      {keys && (
        <span className="flex shrink-0 gap-1">
          {keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </>
  )
}
