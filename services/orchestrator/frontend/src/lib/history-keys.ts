/** What a key does while the history of a terminal is open and the terminal has the focus. */
export type HistoryKey =
  { name: 'close' } | { name: 'copy' } | { name: 'scroll'; by: 'line' | 'page' | 'all'; direction: -1 | 1 }

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'shiftKey' | 'altKey' | 'metaKey'>

const scrolls: Partial<Record<string, HistoryKey>> = {
  PageUp: { name: 'scroll', by: 'page', direction: -1 },
  PageDown: { name: 'scroll', by: 'page', direction: 1 },
  Home: { name: 'scroll', by: 'all', direction: -1 },
  End: { name: 'scroll', by: 'all', direction: 1 },
}

const shiftedScrolls: Partial<Record<string, HistoryKey>> = {
  ArrowUp: { name: 'scroll', by: 'line', direction: -1 },
  ArrowDown: { name: 'scroll', by: 'line', direction: 1 },
}

/** Null: the key is the program's. Without Shift the arrows are, because they call up the shell's last command. */
export function readHistoryKey(event: Keys, hasSelection: boolean): HistoryKey | null {
  if (event.altKey) return null
  if ((event.ctrlKey || event.metaKey) && event.code === 'KeyC') return hasSelection ? { name: 'copy' } : null
  if (event.ctrlKey || event.metaKey) return null
  if (event.key === 'Escape') return { name: 'close' }
  return scrolls[event.key] ?? (event.shiftKey ? (shiftedScrolls[event.key] ?? null) : null)
}
