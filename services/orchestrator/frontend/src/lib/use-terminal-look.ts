import { useMemo } from 'react'
import { useChoice } from './stored'
import { findScheme } from './terminal-schemes'
import { fontSizeChoice, schemeChoice, screenReaderChoice } from './terminal-settings'
import { useTheme } from './theme'
import type { TerminalLook } from './xterm'

/** How terminals look by this person's choices; the same object until one of them changes. */
export function useTerminalLook(): TerminalLook {
  const theme = useTheme()
  const [schemeId] = useChoice(schemeChoice)
  const [fontSizePx] = useChoice(fontSizeChoice)
  const [screenReader] = useChoice(screenReaderChoice)
  const scheme = findScheme(schemeId, theme)
  return useMemo(() => ({ scheme, fontSizePx, screenReader }), [scheme, fontSizePx, screenReader])
}
