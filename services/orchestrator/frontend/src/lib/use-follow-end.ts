/** Keeps the end of something that grows in view, until somebody scrolls up; at the end it goes on by itself. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Nearer than this is the end. */
const nearPx = 24

/**
 * `content` is what grows inside `scroller`, and `newest` names the last thing in it. `leftAt` is what was the newest when
 * somebody left the end; null while it is followed.
 */
export function useFollowEnd(newest: number) {
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const [leftAt, setLeftAt] = useState<number | null>(null)
  const follows = useRef(true)
  const newestNow = useRef(newest)

  const jumpToEnd = useCallback(() => {
    follows.current = true
    setLeftAt(null)
    const element = scroller.current
    if (element) element.scrollTop = element.scrollHeight
  }, [])

  useLayoutEffect(() => {
    newestNow.current = newest
    const element = scroller.current
    if (element && follows.current) element.scrollTop = element.scrollHeight
  }, [newest])

  useEffect(() => {
    const element = scroller.current
    if (!element) return
    let lastTopPx = element.scrollTop
    const onScroll = () => {
      const isUp = element.scrollTop < lastTopPx
      lastTopPx = element.scrollTop
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearPx
      // What has just been added puts the end away as well; only somebody's way up leaves it.
      if (atEnd === follows.current || (!atEnd && !isUp)) return
      follows.current = atEnd
      setLeftAt(atEnd ? null : newestNow.current)
    }
    // Lines get their height only when they come into view.
    const observer = new ResizeObserver(() => {
      if (follows.current) element.scrollTop = element.scrollHeight
    })
    element.addEventListener('scroll', onScroll, { passive: true })
    observer.observe(element)
    if (content.current) observer.observe(content.current)
    return () => {
      element.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [])

  return { scroller, content, leftAt, jumpToEnd }
}
