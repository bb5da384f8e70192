/** What the page on show can do and the command palette lists as well. A page offers it for as long as it is there. */
import { useEffect, useSyncExternalStore } from 'react'
import type { PaletteItem } from './palette-items'

const none: readonly PaletteItem[] = []
let offered = none
const listeners = new Set<() => void>()

function offer(commands: readonly PaletteItem[]): void {
  offered = commands
  for (const listener of listeners) listener()
}

/** `commands` has to be the same array until it says something else. */
export function useOfferCommands(commands: readonly PaletteItem[]): void {
  useEffect(() => {
    offer(commands)
    return () => offer(none)
  }, [commands])
}

export function usePageCommands(): readonly PaletteItem[] {
  return useSyncExternalStore(subscribe, () => offered)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
