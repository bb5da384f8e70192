/** Single keys for the app. They stay silent while somebody types, a dialog is open or a terminal has the focus. */
import { useEffect, useEffectEvent } from 'react'

export interface Hotkeys {
  create(): void
  dashboard(): void
  help(): void
}

const sequenceMs = 1000

function isTaken(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true
  const { target } = event
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('input, textarea, select, [role="menu"]')) return true
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null
}

export function useHotkeys(hotkeys: Hotkeys): void {
  const press = useEffectEvent((key: string, afterG: boolean) => {
    if (afterG && key === 'd') hotkeys.dashboard()
    else if (key === 'c') hotkeys.create()
    else if (key === '?') hotkeys.help()
    else return false
    return true
  })

  useEffect(() => {
    let gAtMs = 0
    const onKeyDown = (event: KeyboardEvent) => {
      if (isTaken(event)) return
      const afterG = Date.now() - gAtMs < sequenceMs
      gAtMs = event.key === 'g' ? Date.now() : 0
      if (press(event.key, afterG)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [])
}
