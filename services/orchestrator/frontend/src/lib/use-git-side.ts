/** The Git panel beside the terminals of a page: whether it is open, and who has the keyboard. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import { gitPanelOpenChoice } from './git-choices'
import { useChoice } from './stored'
import { useWide } from './use-wide'

export function useGitSide(panel: RefObject<HTMLElement | null>, focusTerminal: () => void) {
  const [remembered, setRemembered] = useChoice(gitPanelOpenChoice)
  const wide = useWide()
  /** Where it would cover the terminal it opens only when asked, and not because it was open elsewhere. */
  const [covering, setCovering] = useState(false)
  const open = wide ? remembered : covering
  const wantsFocus = useRef(false)

  const setOpen = (next: boolean) => {
    if (wide) setRemembered(next)
    else setCovering(next)
    wantsFocus.current = next
    if (!next) focusTerminal()
  }
  useEffect(() => {
    if (open && wantsFocus.current) panel.current?.focus()
    wantsFocus.current = false
  }, [open, panel])

  return {
    open,
    wide,
    close: () => setOpen(false),
    toggle: () => setOpen(!open),
    /** To the panel; from within it back to the terminal. */
    press: () => {
      if (!open) setOpen(true)
      else if (panel.current?.contains(document.activeElement)) setOpen(false)
      else panel.current?.focus()
    },
  }
}
