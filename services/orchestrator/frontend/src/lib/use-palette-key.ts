/** The key of the command palette, which works everywhere. */
import { useEffect, useEffectEvent } from 'react'
import { isSomethingInTheWay } from './in-the-way'

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

/** By the letter, as the browser's own shortcuts; by the place where the layout has other letters than Latin ones. */
function isLetterK({ key, code }: Keys): boolean {
  return /^[a-z]$/i.test(key) ? key.toLowerCase() === 'k' : code === 'KeyK'
}

/** Ctrl+K in a terminal is its program's: shells cut the line with it. */
export function opensPalette(event: Keys, inTerminal: boolean): boolean {
  if (event.altKey || !isLetterK(event)) return false
  if (event.metaKey) return !event.ctrlKey && !event.shiftKey
  return event.ctrlKey && (event.shiftKey || !inTerminal)
}

/** What the key is called on this person's keyboard. */
export const paletteModifier = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl'

export function usePaletteKey(toggle: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const inTerminal = event.target instanceof Element && event.target.closest('.xterm') !== null
    if (!opensPalette(event, inTerminal)) return
    // Kept from the browser in any case, which would open its own search or console.
    event.preventDefault()
    event.stopPropagation()
    if (!event.repeat && !isSomethingInTheWay({ besidesPalette: true })) toggle()
  })
  useEffect(() => {
    // In the capture phase, so that a focused terminal does not take it for its program.
    const onKeyDown = (event: KeyboardEvent) => press(event)
    window.addEventListener('keydown', onKeyDown, { capture: true })
    return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
  }, [])
}
