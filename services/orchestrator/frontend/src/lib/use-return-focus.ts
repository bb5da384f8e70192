import { useRef } from 'react'

/**
 * For the content of a dialog that is opened by state instead of a trigger of its own: gives the focus back to where it
 * was, or to the page when that place is gone. Nothing inside may take the focus by itself while it is mounted.
 */
export function useReturnFocus({
  onOpenAutoFocus,
  onCloseAutoFocus,
}: {
  onOpenAutoFocus?: (event: Event) => void
  onCloseAutoFocus?: (event: Event) => void
}) {
  const opener = useRef<Element | null>(null)
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = document.activeElement
      onOpenAutoFocus?.(event)
    },
    onCloseAutoFocus: (event: Event) => {
      onCloseAutoFocus?.(event)
      if (event.defaultPrevented) return
      event.preventDefault()
      const place = opener.current?.isConnected ? opener.current : document.getElementById('main')
      if (place instanceof HTMLElement) place.focus()
    },
  }
}
