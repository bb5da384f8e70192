import { useEffect, useState, type RefObject } from 'react'

/** Rows drawn above and below what can be seen, so that a fast wheel finds no gap. */
const spareRows = 12
/** As many as most screens hold: what is drawn before the place is measured. */
const rowsAtFirst = 40

/** Which of many rows of the same height have to be drawn for what `scroller` shows. */
export function useVisibleRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
  rowPx: number,
): { first: number; end: number } {
  const [shown, setShown] = useState({ first: 0, rows: rowsAtFirst })

  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const measure = () => {
      const first = Math.floor(element.scrollTop / rowPx)
      const rows = element.clientHeight === 0 ? rowsAtFirst : Math.ceil(element.clientHeight / rowPx) + 1
      setShown((before) => (before.first === first && before.rows === rows ? before : { first, rows }))
    }
    measure()
    element.addEventListener('scroll', measure, { passive: true })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', measure)
      observer.disconnect()
    }
  }, [scroller, rowPx])

  const first = Math.max(0, Math.min(shown.first, count - shown.rows) - spareRows)
  return { first, end: Math.min(count, Math.max(shown.first, 0) + shown.rows + spareRows) }
}
