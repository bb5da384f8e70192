/** The keys of a page of terminals, wherever on it the focus is. */
import { useEffect, useEffectEvent } from 'react'
import { isSomethingInTheWay } from './in-the-way'
import { readTerminalShortcut, type TerminalShortcut } from './terminal-shortcuts'

/** A terminal itself knows the others: they are about what is selected and shown in it. */
type PageShortcut = Exclude<TerminalShortcut, { name: 'copy' | 'paste' | 'history' }>

function isOfPage(shortcut: TerminalShortcut): shortcut is PageShortcut {
  return shortcut.name !== 'copy' && shortcut.name !== 'paste' && shortcut.name !== 'history'
}

export function useTerminalKeys(act: (shortcut: PageShortcut) => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const shortcut = readTerminalShortcut(event)
    if (!shortcut || !isOfPage(shortcut)) return
    // Kept from the browser in any case, which would go to another tab of its own.
    event.preventDefault()
    event.stopPropagation()
    if (!event.repeat && !isSomethingInTheWay()) act(shortcut)
  })
  useEffect(() => {
    // In the capture phase, so that a focused terminal does not take these keys for its program.
    const onKeyDown = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
}
