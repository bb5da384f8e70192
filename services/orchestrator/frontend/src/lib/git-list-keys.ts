/** Keys of the list of files. */
export type ListKey = { name: 'move'; to: number } | { name: 'open' } | { name: 'toggle' } | { name: 'discard' }

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

/** `to` is a place from 0 to `count - 1`. */
export function readListKey(event: Keys, at: number, count: number, pageRows: number): ListKey | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return null
  const move = (to: number): ListKey => ({ name: 'move', to: Math.max(0, Math.min(count - 1, to)) })
  switch (event.key) {
    case 'ArrowDown':
      return move(at + 1)
    case 'ArrowUp':
      return move(at - 1)
    case 'PageDown':
      return move(at + pageRows)
    case 'PageUp':
      return move(at - pageRows)
    case 'Home':
      return move(0)
    case 'End':
      return move(count - 1)
    case 'Enter':
      return { name: 'open' }
    case ' ':
      return { name: 'toggle' }
    case 'Delete':
    case 'Backspace':
      return { name: 'discard' }
    default:
      return null
  }
}
