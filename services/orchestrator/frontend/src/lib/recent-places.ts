/** The environments and sessions shown last in this browser, newest first. */
import { useEffect, useMemo } from 'react'
import { z } from 'zod'
import { useChoice, type Choice } from './stored'

const remembered = 30

const recentChoice: Choice<string> = { key: 'recentPlaces', schema: z.string(), fallback: '' }

const split = (text: string) => text.split(' ').filter(Boolean)

/** Notes what is shown now; answers what was shown before. */
export function useRecentPlaces(shown: readonly (string | undefined)[]): readonly string[] {
  const [text, setText] = useChoice(recentChoice)
  const now = shown.filter((id) => id !== undefined).join(' ')
  useEffect(() => {
    if (now === '' || text.startsWith(now)) return
    const ids = split(now)
    const before = split(text).filter((id) => !ids.includes(id))
    setText([...ids, ...before].slice(0, remembered).join(' '))
  }, [now, text, setText])
  return useMemo(() => split(text), [text])
}
