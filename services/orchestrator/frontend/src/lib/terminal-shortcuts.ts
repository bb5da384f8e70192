/** The few keys that a focused terminal does not pass to its program. */
export type TerminalShortcut =
  | { name: 'leave' }
  | { name: 'copy' }
  | { name: 'paste' }
  | { name: 'new' }
  | { name: 'beside' }
  | { name: 'search' }
  | { name: 'git' }
  | { name: 'history' }
  | { name: 'session'; index: number }

type Keys = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

/** Which of ours a key press is, by its place on the keyboard, so that other layouts keep their letters. */
export function readTerminalShortcut(event: Keys): TerminalShortcut | null {
  if (event.altKey || event.metaKey) return null
  if (event.shiftKey && !event.ctrlKey) return event.code === 'PageUp' ? { name: 'history' } : null
  if (!event.ctrlKey) return null
  if (event.shiftKey) {
    if (event.code === 'KeyM') return { name: 'leave' }
    if (event.code === 'KeyC') return { name: 'copy' }
    if (event.code === 'KeyV') return { name: 'paste' }
    // Browsers keep Ctrl+T and Ctrl+Shift+T for tabs of their own.
    if (event.code === 'Enter') return { name: 'new' }
    if (event.code === 'Backslash') return { name: 'beside' }
    if (event.code === 'KeyF') return { name: 'search' }
    if (event.code === 'KeyG') return { name: 'git' }
    return null
  }
  const digit = /^Digit([1-9])$/.exec(event.code)?.[1]
  return digit === undefined ? null : { name: 'session', index: Number(digit) - 1 }
}
