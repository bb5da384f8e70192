import { useEffect, type RefObject } from 'react'

/**
 * Marks a list that scrolls sideways with `data-before` and `data-after` where there is more of it, for its style to
 * tell, and lets a plain wheel scroll it. `content` is what the list's width depends on.
 */
export function useScrollEdges(list: RefObject<HTMLElement | null>, content: unknown): void {
  useEffect(() => {
    const element = list.current
    if (!element) return
    const mark = () => {
      const { scrollLeft, scrollWidth, clientWidth } = element
      // Widths are rounded.
      element.toggleAttribute('data-before', scrollLeft > 1)
      element.toggleAttribute('data-after', scrollLeft + clientWidth < scrollWidth - 1)
    }
    const turn = ({ deltaX, deltaY, ctrlKey }: WheelEvent) => {
      if (deltaX === 0 && !ctrlKey) element.scrollLeft += deltaY
    }
    const observer = new ResizeObserver(mark)
    observer.observe(element)
    element.addEventListener('scroll', mark, { passive: true })
    element.addEventListener('wheel', turn, { passive: true })
    mark()
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', mark)
      element.removeEventListener('wheel', turn)
    }
  }, [list, content])
}
