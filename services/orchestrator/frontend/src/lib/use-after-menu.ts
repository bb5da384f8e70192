import { useRef } from 'react'

/**
 * For menu items that open something with a focus of its own. A menu holds the focus until it is gone, so what comes
 * next waits for that; it then finds the focus on the menu's button, and gives it back there when it closes.
 */
export function useAfterMenu() {
  const next = useRef<(() => void) | null>(null)
  return {
    then: (action: () => void) => () => {
      next.current = action
    },
    onCloseAutoFocus: () => {
      const action = next.current
      next.current = null
      // Radix focuses the button right after this call.
      if (action) queueMicrotask(action)
    },
  }
}
