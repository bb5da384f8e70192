import { useEffect, useState, type RefObject } from 'react'

/** Width of an element in pixels, as it changes; 0 before it is measured. */
export function useWidth(place: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(0)
  useEffect(() => {
    const element = place.current
    if (!element) return
    const measure = () => setWidthPx(element.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [place])
  return widthPx
}
