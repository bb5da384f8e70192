/** What jsdom lacks and the components use. */
import { cleanup } from '@testing-library/react'
import { afterEach, beforeEach } from 'vitest'

class NoResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

beforeEach(() => {
  // Tests of what needs no page run without one.
  if (typeof window === 'undefined') return
  localStorage.clear()
  globalThis.ResizeObserver = NoResizeObserver
  // As newer browsers do: an effect must not take the promise for its clean-up.
  Element.prototype.scrollIntoView = () => Promise.resolve()
  Element.prototype.hasPointerCapture = () => false
  Element.prototype.setPointerCapture = () => undefined
  window.matchMedia = (query) =>
    Object.assign(new EventTarget(), {
      matches: false,
      media: query,
      onchange: null,
      addListener: () => undefined,
      removeListener: () => undefined,
    })
})

afterEach(cleanup)
