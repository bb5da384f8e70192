import { useSyncExternalStore } from 'react'

/** Narrower than this, two terminals are too narrow for what programs print. */
const query = () => window.matchMedia('(min-width: 900px)')

function subscribe(listener: () => void): () => void {
  const media = query()
  media.addEventListener('change', listener)
  return () => media.removeEventListener('change', listener)
}

/** Whether the page has room for two terminals side by side. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => query().matches)
}
