/**
 * One terminal on the page: ties xterm.js to its connection, its place on the page, and the clipboard. React only
 * creates, tells and disposes it.
 */
import type { FitAddon } from '@xterm/addon-fit'
import type { Terminal } from '@xterm/xterm'
import type { TerminalMode, TerminalWatcher } from '@craftastic/contract'
import { copyText } from './clipboard'
import { copyOnSelect } from './copy-on-select'
import { scrollWithFinger } from './finger-scroll'
import { readChoice } from './stored'
import { readClipboardSequence } from './terminal-clipboard'
import { TerminalConnection, type Diagnosis, type TerminalPhase } from './terminal-connection'
import { noHeldKeys, readExtendedReturn, withHeldKeys, type HeldKeys } from './terminal-keys'
import { leaveLink } from './terminal-link'
import type { TerminalGrid, TerminalOverlay } from './terminal-overlay'
import type { InputLoss } from './terminal-input'
import { bracketPaste, countPastedLines } from './terminal-paste'
import { isReply } from './terminal-replies'
import { askBeforePasteChoice } from './terminal-settings'
import { readTerminalShortcut } from './terminal-shortcuts'
import { openBrowserSocket, terminalUrl } from './terminal-socket'
import { TerminalWheel } from './terminal-wheel'
import { WebglRenderer } from './webgl-renderer'
import { applyLook, createTerminal, type TerminalLook } from './xterm'

export interface TerminalScreenOptions {
  sessionId: string
  label: string
  look: TerminalLook
  visible: boolean
  mode: TerminalMode
  onPhase(phase: TerminalPhase): void
  onWatchers(watchers: readonly TerminalWatcher[]): void
  onBell(): void
  onTitle(title: string): void
  /** Somebody typed what nobody will receive, or may only watch. */
  onRefused(): void
  onInputLost(bytes: number, why: InputLoss): void
  onInputWaiting(bytes: number): void
  /** Several lines are to be pasted by somebody who wants to be asked; paste() does it. */
  onAskPaste(text: string): void
  /** A key has used up what was held. */
  onHeldKeysUsed(): void
  /** A program wants to set the clipboard and the browser needs a click for it. */
  onCopyBlocked(text: string): void
  /** Somebody wants to see what has scrolled away. */
  onHistory(start: 'step' | 'page'): void
  isAlternateScreen(): Promise<boolean>
  diagnose(): Promise<Diagnosis>
  renewSignIn(): Promise<boolean>
}

/** RIS: everything back to the start. Written in line with the output, it takes effect exactly between two attachments. */
const resetSequence = '\x1bc'

export class TerminalScreen {
  readonly connection: TerminalConnection
  readonly #element: HTMLElement
  readonly #options: TerminalScreenOptions
  readonly #terminal: Terminal
  readonly #fit: FitAddon
  readonly #webgl: WebglRenderer
  readonly #observer: ResizeObserver
  readonly #wheel: TerminalWheel
  #overlay: TerminalOverlay | null = null
  #visible: boolean
  #mode: TerminalMode
  #attachedBefore = false
  #resetFirst = false
  #heldKeys = noHeldKeys

  constructor(element: HTMLElement, options: TerminalScreenOptions) {
    this.#element = element
    this.#options = options
    this.#visible = options.visible
    this.#mode = options.mode
    const { terminal, fit } = createTerminal(options.look)
    this.#terminal = terminal
    this.#fit = fit
    this.#webgl = new WebglRenderer(terminal)
    this.connection = new TerminalConnection({
      url: (cols, rows, input) => {
        return terminalUrl({ sessionId: options.sessionId, cols, rows, mode: this.#mode, input })
      },
      openSocket: openBrowserSocket,
      onOutput: (bytes, consumed) => this.#write(bytes, consumed),
      onAttach: () => {
        this.#resetFirst = this.#attachedBefore
        this.#attachedBefore = true
      },
      onPhase: options.onPhase,
      onWatchers: options.onWatchers,
      onInputLost: options.onInputLost,
      onInputWaiting: options.onInputWaiting,
      diagnose: options.diagnose,
      renewSignIn: options.renewSignIn,
    })
    this.#wheel = new TerminalWheel({
      askAlternateScreen: () => options.isAlternateScreen(),
      openHistory: () => options.onHistory('step'),
    })
    this.#observer = new ResizeObserver(() => this.#fitToPlace())
    this.#open()
  }

  setLook(look: TerminalLook): void {
    applyLook(this.#terminal, look)
    this.#describe(look)
    this.#fitToPlace()
  }

  setLabel(label: string): void {
    this.#terminal.textarea?.setAttribute('aria-label', label)
  }

  setVisible(visible: boolean): void {
    this.#visible = visible
    if (visible) {
      this.#webgl.show()
      this.#fitToPlace()
    } else {
      this.#webgl.hide()
      leaveLink()
    }
  }

  /** The server holds to the mode as well: a change of it needs a new connection. */
  setMode(mode: TerminalMode): void {
    if (mode === this.#mode) return
    this.#mode = mode
    this.#terminal.options.disableStdin = mode === 'view'
    this.connection.connect()
  }

  focus(): void {
    this.#terminal.focus()
  }

  get grid(): TerminalGrid {
    const { cols, rows, element } = this.#terminal
    const heightPx = element?.querySelector('.xterm-screen')?.getBoundingClientRect().height ?? 0
    return { cols, rows, cellHeightPx: heightPx / rows }
  }

  /** Lays something over the terminal; null takes it away. */
  setOverlay(overlay: TerminalOverlay | null): void {
    this.#overlay = overlay
  }

  /** A key of the bar on the screen; cursor keys depend on what the program has asked for. */
  pressKey(key: { text: string; cursor?: string }): void {
    if (this.#mode === 'view') return this.#options.onRefused()
    const application = this.#terminal.modes.applicationCursorKeysMode
    if (!this.#type(key.cursor ? `\x1b${application ? 'O' : '['}${key.cursor}` : key.text)) this.#options.onRefused()
    this.#overlay?.onTyped()
  }

  /** These count for the next key, whichever keyboard it comes from. */
  holdKeys(keys: HeldKeys): void {
    this.#heldKeys = keys
  }

  paste(text: string): void {
    if (!this.connection.sendText(bracketPaste(text))) this.#options.onRefused()
  }

  dispose(): void {
    this.#observer.disconnect()
    this.connection.dispose()
    this.#webgl.hide()
    leaveLink()
    this.#terminal.dispose()
  }

  #open(): void {
    const terminal = this.#terminal
    terminal.open(this.#element)
    this.setLabel(this.#options.label)
    this.#describe(this.#options.look)
    if (this.#visible) this.#webgl.show()
    // Also keeps the terminal from answering what programs ask of it.
    terminal.options.disableStdin = this.#mode === 'view'
    terminal.onResize(({ cols, rows }) => this.connection.resize(cols, rows))
    terminal.onData((text) => {
      if (!this.#type(text) && !isReply(text)) this.#options.onRefused()
    })
    terminal.onBinary((data) => void this.connection.sendBinary(data))
    terminal.onKey(() => this.#noteTyping())
    // Before xterm.js, which would let the browser insert a megabyte into its field as well.
    this.#element.addEventListener('paste', (event) => this.#takePaste(event), { capture: true })
    scrollWithFinger(this.#element, {
      cellHeightPx: () => this.grid.cellHeightPx,
      onLines: (lines, place) => this.#turnWheel(lines, place),
      flicks: false,
    })
    copyOnSelect(terminal, this.#element, this.#options.onCopyBlocked)
    terminal.textarea?.addEventListener('compositionstart', () => this.#noteTyping())
    terminal.onBell(this.#options.onBell)
    terminal.onTitleChange(this.#options.onTitle)
    terminal.parser.registerOscHandler(52, (payload) => {
      void this.#setClipboard(payload)
      return true
    })
    terminal.attachCustomKeyEventHandler((event) => this.#passKey(event))
    terminal.attachCustomWheelEventHandler((event) => this.#passWheel(event))
    this.#observer.observe(this.#element)
    this.#fitToPlace()
    this.connection.resize(terminal.cols, terminal.rows)
    this.connection.connect()
  }

  #write(bytes: Uint8Array, consumed: () => void): void {
    if (this.#resetFirst) this.#terminal.write(resetSequence)
    this.#resetFirst = false
    this.#terminal.write(bytes, consumed)
    this.#overlay?.onOutput()
  }

  /** The way out is said where the keyboard would otherwise be caught. */
  #describe({ screenReader }: TerminalLook): void {
    const reading = screenReader ? '' : ' Screen reader support is in the terminal settings.'
    this.#terminal.textarea?.setAttribute('aria-description', `Control Shift M leaves the terminal.${reading}`)
  }

  #type(text: string): boolean {
    const { ctrl, alt } = this.#heldKeys
    const held = ctrl || alt ? withHeldKeys(text, this.#heldKeys) : null
    if (held !== null) {
      this.#heldKeys = noHeldKeys
      this.#options.onHeldKeysUsed()
    }
    return this.connection.sendText(held ?? text)
  }

  #takePaste(event: ClipboardEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (text === '') return
    this.#noteTyping()
    if (this.#mode === 'view') return
    const asks = readChoice(askBeforePasteChoice) && countPastedLines(text) > 1
    if (asks) this.#options.onAskPaste(text)
    else this.paste(text)
  }

  #noteTyping(): void {
    this.#wheel.noteTyping()
    this.#overlay?.onTyped()
    // Then xterm.js hands over nothing that could be refused.
    if (this.#mode === 'view') this.#options.onRefused()
  }

  /** Hidden, there is nothing to measure; the size of before stands. */
  #fitToPlace(): void {
    if (this.#visible && this.#element.clientWidth > 0 && this.#element.clientHeight > 0) this.#fit.fit()
    this.#overlay?.onResize(this.grid)
  }

  /** A finger is a wheel: what that means is decided in one place. */
  #turnWheel(lines: number, place: { clientX: number; clientY: number }): void {
    const turn = { deltaY: lines, deltaMode: WheelEvent.DOM_DELTA_LINE, bubbles: true, cancelable: true, ...place }
    this.#terminal.element?.querySelector('.xterm-screen')?.dispatchEvent(new WheelEvent('wheel', turn))
  }

  /** Answers whether xterm.js gets the turn. */
  #passWheel(event: WheelEvent): boolean {
    const programHasMouse = this.#terminal.modes.mouseTrackingMode !== 'none'
    // With Ctrl the browser zooms; sideways there is nothing to read.
    if (event.ctrlKey || event.deltaY === 0) return programHasMouse
    const passes = this.#wheel.passes(event, programHasMouse)
    if (!passes) event.preventDefault()
    return passes
  }

  /** Answers whether the program gets the key. */
  #passKey(event: KeyboardEvent): boolean {
    if (this.#overlay?.takesKey(event)) return false
    const shortcut = readTerminalShortcut(event)
    if (shortcut?.name === 'copy') {
      event.preventDefault()
      const selection = this.#terminal.getSelection()
      if (event.type === 'keydown' && selection !== '') void this.#copy(selection)
      return false
    }
    const extended = shortcut === null && !event.isComposing ? readExtendedReturn(event) : null
    if (extended !== null) {
      event.preventDefault()
      if (event.type === 'keydown') {
        this.#noteTyping()
        this.#terminal.input(extended)
      }
      return false
    }
    if (shortcut?.name === 'history' && event.type === 'keydown') this.#options.onHistory('page')
    // The browser's own paste follows, as an event that xterm.js reads: no permission is needed for that.
    return shortcut === null
  }

  async #copy(text: string): Promise<void> {
    if (!(await copyText(text))) this.#options.onCopyBlocked(text)
    this.focus()
  }

  async #setClipboard(payload: string): Promise<void> {
    const text = readClipboardSequence(payload)
    if (text === null) return
    // Only what is in front may take the clipboard without being asked.
    const inFront = this.#visible && document.hasFocus()
    if (!inFront || !(await writeQuietly(text))) this.#options.onCopyBlocked(text)
  }
}

async function writeQuietly(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
