import { useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { TerminalMode } from '@craftastic/contract'

/** Whether an address, by its query, asks to watch only. */
function viewOnly(search: string): boolean {
  return new URLSearchParams(search).get('mode') === TerminalMode.enum.view
}

/**
 * Which sessions this page only watches. An address with `mode=view` asks for it; going to another session and back,
 * by links that do not say so, keeps it.
 */
export function useViewMode(sessionId: string) {
  const { pathname, search, key } = useLocation()
  const navigate = useNavigate()
  const [watched, setWatched] = useState<ReadonlySet<string>>(new Set())
  const [readKey, setReadKey] = useState<string | null>(null)

  // Once for each navigation: after "Take part" the old address is still there for a moment.
  if (readKey !== key) {
    setReadKey(key)
    if (viewOnly(search)) setWatched(new Set(watched).add(sessionId))
  }

  return {
    modeOf: (id: string): TerminalMode => (watched.has(id) ? 'view' : 'edit'),
    takePart: (id: string) => {
      const rest = new Set(watched)
      rest.delete(id)
      setWatched(rest)
      const others = new URLSearchParams(search)
      others.delete('mode')
      void navigate({ pathname, search: others.toString() }, { replace: true })
    },
  }
}
