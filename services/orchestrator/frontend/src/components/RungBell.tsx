import { BellIcon } from 'lucide-react'

/** In the place of a session's dot: its bell rang and nobody has looked yet. */
export function RungBell() {
  return (
    <span className="grid size-3 shrink-0 place-items-center">
      <BellIcon aria-hidden="true" className="size-3 fill-current text-status-busy" />
      <span className="sr-only">{'Bell rang, '}</span>
    </span>
  )
}
