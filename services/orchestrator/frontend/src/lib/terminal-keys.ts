/** Keys that xterm.js reports as if they had been pressed alone. */

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey' | 'isComposing'>

/**
 * What to send for a key press instead of what xterm.js would, as `CSI u`; null leaves it to xterm.js. tmux hands
 * Shift+Enter on as itself to a program that asked for such keys, to any other as Enter.
 */
export function readExtendedKey(event: Keys): string | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null
  return event.shiftKey && event.key === 'Enter' ? '\x1b[13;2u' : null
}
