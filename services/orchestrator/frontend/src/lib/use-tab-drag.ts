/** Dragging a tab to another place in its list. The others make way at once, so that what is seen is what is kept. */
import { useEffect, useRef, useState, type PointerEvent } from 'react'

/** Less than this is a click by an unsteady hand. */
const thresholdPx = 6

/** Where among the others, given by their middles from left to right, something at `x` belongs. */
export function placeAt(x: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < x).length
}

export function useTabDrag(move: (id: string, place: number) => void) {
  const list = useRef<HTMLUListElement>(null)
  const latest = useRef(move)
  useEffect(() => {
    latest.current = move
  })
  const stop = useRef<(() => void) | null>(null)
  const dragged = useRef(false)
  const [draggingId, setDraggingId] = useState<string | null>(null)
  useEffect(() => () => stop.current?.(), [])

  const onPointerDown = (id: string, event: PointerEvent) => {
    dragged.current = false
    // A finger scrolls the list.
    if (event.button !== 0 || event.pointerType === 'touch') return
    const startX = event.clientX
    let place: number | null = null
    const onMove = ({ clientX }: globalThis.PointerEvent) => {
      if (!dragged.current && Math.abs(clientX - startX) < thresholdPx) return
      dragged.current = true
      setDraggingId(id)
      const others = [...(list.current?.querySelectorAll<HTMLElement>('[data-tab]') ?? [])].filter(
        (tab) => tab.dataset.tab !== id,
      )
      const next = placeAt(
        clientX,
        others.map((tab) => tab.getBoundingClientRect()).map(({ left, width }) => left + width / 2),
      )
      if (next === place) return
      place = next
      latest.current(id, next)
    }
    // On the window: a tab that moves within the page would lose a captured pointer.
    const end = () => {
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', end)
      window.removeEventListener('pointercancel', end)
      setDraggingId(null)
    }
    stop.current?.()
    stop.current = end
    window.addEventListener('pointermove', onMove)
    window.addEventListener('pointerup', end)
    window.addEventListener('pointercancel', end)
  }

  /** Whether the click that follows is the end of a drag. */
  const wasDragged = () => dragged.current
  return { list, draggingId, onPointerDown, wasDragged }
}
