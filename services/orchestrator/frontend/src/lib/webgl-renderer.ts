/**
 * WebGL for a terminal that is seen. A page has about 16 contexts and the next one blanks an old terminal, so a hidden
 * terminal gives its own back; where there is no WebGL, or its context is lost, xterm.js draws with the DOM.
 */
import { WebglAddon } from '@xterm/addon-webgl'
import type { Terminal } from '@xterm/xterm'

export class WebglRenderer {
  readonly #terminal: Terminal
  #addon: WebglAddon | null = null
  #broken = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(): void {
    if (this.#addon || this.#broken || !hasFastWebgl()) return
    try {
      const addon = new WebglAddon()
      addon.onContextLoss(() => {
        this.#broken = true
        this.hide()
      })
      this.#terminal.loadAddon(addon)
      this.#addon = addon
    } catch {
      this.#broken = true
    }
  }

  hide(): void {
    const addon = this.#addon
    this.#addon = null
    if (!addon) return
    // Disposing alone leaves the context alive until it is collected.
    const canvases = this.#terminal.element?.querySelectorAll('canvas') ?? []
    const contexts = [...canvases].map((canvas) => canvas.getContext('webgl2'))
    addon.dispose()
    for (const context of contexts) context?.getExtension('WEBGL_lose_context')?.loseContext()
  }
}

let fastWebgl: boolean | undefined

/** Drawn by the processor, WebGL is slower than the DOM: on virtual machines, remote desktops, blocked drivers. */
function hasFastWebgl(): boolean {
  fastWebgl ??= probeWebgl()
  return fastWebgl
}

function probeWebgl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return false
  const info = context.getExtension('WEBGL_debug_renderer_info')
  const renderer: unknown = info ? context.getParameter(info.UNMASKED_RENDERER_WEBGL) : ''
  context.getExtension('WEBGL_lose_context')?.loseContext()
  return !/swiftshader|llvmpipe|software|basic render/i.test(String(renderer))
}
