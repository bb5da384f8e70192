/** Scrolling with a finger, which xterm.js leaves to the page. A flick goes on by itself and runs out. */

/** Less than this is a tap by an unsteady finger. */
const thresholdPx = 8
/** A flick keeps this much of its speed per frame. */
const friction = 0.94
const slowestPxPerMs = 0.05
/** A finger that rested this long before it left did not flick. */
const restMs = 60

export interface FingerScrollOptions {
  cellHeightPx(): number
  /** Whole lines; down the page is positive, which is a finger that moves up. */
  onLines(lines: number, place: { clientX: number; clientY: number }): void
  /** A flick that opened something else must not go on there. */
  flicks: boolean
}

/** The listeners go with the element. */
export function scrollWithFinger(element: HTMLElement, { cellHeightPx, onLines, flicks }: FingerScrollOptions): void {
  let last: { y: number; atMs: number } | null = null
  let scrolls = false
  let leftoverPx = 0
  let speed = 0
  let frame = 0
  let place = { clientX: 0, clientY: 0 }

  const move = (px: number) => {
    leftoverPx += px
    const lines = Math.trunc(leftoverPx / Math.max(1, cellHeightPx()))
    leftoverPx -= lines * Math.max(1, cellHeightPx())
    if (lines !== 0) onLines(lines, place)
  }
  const glide = (atMs: number) => {
    frame = requestAnimationFrame((nowMs) => {
      speed *= friction
      move(speed * Math.min(50, Math.max(0, nowMs - atMs)))
      if (Math.abs(speed) > slowestPxPerMs && element.isConnected) glide(nowMs)
    })
  }

  element.addEventListener('touchstart', ({ touches }) => {
    cancelAnimationFrame(frame)
    const [touch] = touches
    last = touch && touches.length === 1 ? { y: touch.clientY, atMs: performance.now() } : null
    scrolls = false
    leftoverPx = 0
    speed = 0
  })
  element.addEventListener(
    'touchmove',
    (event) => {
      const [touch] = event.touches
      if (!last || !touch || event.touches.length > 1) return
      const px = last.y - touch.clientY
      if (!scrolls && Math.abs(px) < thresholdPx) return
      const nowMs = performance.now()
      scrolls = true
      speed = px / Math.max(1, nowMs - last.atMs)
      place = { clientX: touch.clientX, clientY: touch.clientY }
      last = { y: touch.clientY, atMs: nowMs }
      event.preventDefault()
      move(px)
    },
    { passive: false },
  )
  element.addEventListener('touchend', () => {
    if (flicks && scrolls && last && performance.now() - last.atMs < restMs) glide(performance.now())
    last = null
  })
}
