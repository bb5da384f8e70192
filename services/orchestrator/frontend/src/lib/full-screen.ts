/**
 * Full screen. There, and only there, some browsers give a page the keys that they keep for themselves otherwise: Ctrl+W,
 * Ctrl+T and Ctrl+N then reach the program. To leave, Escape is held down, because a press of it is the program's, too.
 */
import { useSyncExternalStore } from 'react'

interface KeyboardLock {
  lock(): Promise<void>
}

function readKeyboardLock(): KeyboardLock | null {
  const keyboard: unknown = Reflect.get(navigator, 'keyboard')
  const isLock = typeof keyboard === 'object' && keyboard !== null && 'lock' in keyboard
  return isLock && typeof keyboard.lock === 'function' ? (keyboard as KeyboardLock) : null
}

export const canFullScreen = () => document.fullscreenEnabled

/** Enters or leaves it. Only inside a click or a key press. */
export async function toggleFullScreen(): Promise<void> {
  if (document.fullscreenElement) return document.exitFullscreen()
  await document.documentElement.requestFullscreen()
  // A browser that refuses keeps its keys; the screen is full all the same.
  await readKeyboardLock()
    ?.lock()
    .catch(() => undefined)
}

function subscribe(listener: () => void): () => void {
  document.addEventListener('fullscreenchange', listener)
  return () => document.removeEventListener('fullscreenchange', listener)
}

export function useFullScreen(): boolean {
  return useSyncExternalStore(subscribe, () => document.fullscreenElement !== null)
}
