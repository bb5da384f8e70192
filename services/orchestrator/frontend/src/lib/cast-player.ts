/**
 * Plays a recording in an xterm.js of its own. What is written into it comes from programs: it answers no queries,
 * because nobody listens to its input, and knows no clipboard. It knows no React.
 */
import type { Terminal } from '@xterm/xterm'
import { countUntil, startBefore, type Cast } from './cast'
import { WebglRenderer } from './webgl-renderer'
import { applyLook, createTerminal, type TerminalLook } from './xterm'

export interface Playback {
  /** In seconds. */
  at: number
  playing: boolean
  speed: number
}

/** Written at once; xterm.js draws in between. */
const pieceCharacters = 128 * 1024
const smallestPx = 2
const largestPx = 20

export class CastPlayer {
  readonly #cast: Cast
  readonly #place: HTMLElement
  readonly #terminal: Terminal
  readonly #webgl: WebglRenderer
  readonly #observer: ResizeObserver
  readonly #onChange: (playback: Playback) => void
  #playback: Playback = { at: 0, playing: false, speed: 1 }
  /** When `at` was true. */
  #sinceMs = 0
  #frame = 0
  /** Of the next event to write. */
  #index = 0
  #writing = false
  #disposed = false

  constructor(place: HTMLElement, cast: Cast, look: TerminalLook, onChange: (playback: Playback) => void) {
    this.#cast = cast
    this.#place = place
    this.#onChange = onChange
    const options = { disableStdin: true, cursorInactiveStyle: 'block', cols: cast.cols, rows: cast.rows } as const
    const { terminal } = createTerminal(look, options)
    this.#terminal = terminal
    this.#webgl = new WebglRenderer(terminal)
    terminal.open(place)
    terminal.textarea?.setAttribute('aria-label', 'Screen of the recording')
    terminal.textarea?.setAttribute('tabindex', '-1')
    // Keys are the player's.
    terminal.attachCustomKeyEventHandler(() => false)
    terminal.attachCustomWheelEventHandler(() => false)
    this.#webgl.show()
    this.#observer = new ResizeObserver(() => this.#fit())
    this.#observer.observe(place)
    this.#fit()
    void this.#draw()
  }

  play(): void {
    const { at } = this.#playback
    if (at >= this.#cast.length) this.seek(0)
    this.#change({ playing: true })
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#advance())
  }

  pause(): void {
    this.#change({ playing: false })
  }

  toggle(): void {
    if (this.#playback.playing) this.pause()
    else this.play()
  }

  setSpeed(speed: number): void {
    this.#change({ speed })
  }

  /** Goes to this second, playing or not. */
  seek(seconds: number): void {
    const at = Math.min(Math.max(0, seconds), this.#cast.length)
    const target = countUntil(this.#cast, at)
    const start = startBefore(this.#cast, target)
    // Forward, what lies in between is written, unless a whole screen makes it superfluous.
    if (target < this.#index || start.index > this.#index) {
      this.#index = start.index
      this.#terminal.reset()
      this.#resize(start.cols, start.rows)
    }
    this.#change({ at })
    void this.#draw()
  }

  /** Goes on or back by this many seconds. */
  skip(seconds: number): void {
    this.seek(this.#now() + seconds)
  }

  setLook(look: TerminalLook): void {
    applyLook(this.#terminal, look)
    this.#fit()
  }

  dispose(): void {
    this.#disposed = true
    cancelAnimationFrame(this.#frame)
    this.#observer.disconnect()
    this.#webgl.hide()
    this.#terminal.dispose()
  }

  #now(): number {
    const { at, playing, speed } = this.#playback
    const passed = playing ? ((performance.now() - this.#sinceMs) / 1000) * speed : 0
    return Math.min(at + passed, this.#cast.length)
  }

  #change(change: Partial<Playback>): void {
    this.#playback = { ...this.#playback, at: this.#now(), ...change }
    this.#sinceMs = performance.now()
    this.#onChange(this.#playback)
  }

  #advance(): void {
    if (this.#disposed || !this.#playback.playing) return
    const isOver = this.#now() >= this.#cast.length
    this.#change({ playing: !isOver })
    void this.#draw()
    if (!isOver) this.#frame = requestAnimationFrame(() => this.#advance())
  }

  /** Writes what lies before the present moment; a seek meanwhile moves the place that is written from. */
  async #draw(): Promise<void> {
    if (this.#writing) return
    this.#writing = true
    while (!this.#disposed && this.#index < countUntil(this.#cast, this.#playback.at)) {
      const text = this.#takeText(countUntil(this.#cast, this.#playback.at))
      if (text !== '') await new Promise<void>((resolve) => this.#terminal.write(text, resolve))
    }
    this.#writing = false
  }

  /** The output up to `target`, or up to a change of size, which is made when nothing is to be written before it. */
  #takeText(target: number): string {
    let text = ''
    for (; this.#index < target && text.length < pieceCharacters; this.#index++) {
      const event = this.#cast.events[this.#index]
      if (event?.kind === 'output') text += event.text
      if (event?.kind !== 'size') continue
      if (text !== '') break
      this.#resize(event.cols, event.rows)
    }
    return text
  }

  #resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows)
    this.#fit()
  }

  /** As large as the place allows, and no larger than is pleasant to read. */
  #fit(): void {
    const { clientWidth, clientHeight } = this.#place
    const screen = this.#terminal.element?.querySelector('.xterm-screen')?.getBoundingClientRect()
    const fontPx = this.#terminal.options.fontSize ?? 0
    if (!screen || screen.width === 0 || clientWidth === 0 || fontPx === 0) return
    const scale = Math.min(clientWidth / screen.width, clientHeight / screen.height)
    const fits = Math.floor(fontPx * scale * 4) / 4
    const next = Math.min(largestPx, Math.max(smallestPx, fits))
    if (Math.abs(next - fontPx) >= 0.25) this.#terminal.options.fontSize = next
  }
}
